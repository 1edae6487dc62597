"""Pages about tenants and the user's own account."""

from __future__ import annotations

from django.urls import path

from tenants.views import account, audit, home, members, tenants

urlpatterns = [
    path("", home.home, name="home"),
    path("account/tokens/", account.token_list, name="token-list"),
    path("account/tokens/<int:token>/revoke/", account.token_revoke, name="token-revoke"),
    path("account/password/", account.password_change, name="password-change"),
    path("audit/", audit.platform_audit, name="platform-audit"),
    path("new-tenant/", tenants.tenant_new, name="tenant-new"),
    path("tenants/", tenants.tenant_list, name="tenant-list"),
    path("tenants/<slug:tenant>/", tenants.tenant_edit, name="tenant-edit"),
    path("tenants/<slug:tenant>/delete/", tenants.tenant_delete, name="tenant-delete"),
    path("t/<slug:tenant>/members/", members.member_list, name="member-list"),
    path("t/<slug:tenant>/members/<str:username>/role/", members.member_role, name="member-role"),
    path(
        "t/<slug:tenant>/members/<str:username>/remove/",
        members.member_remove,
        name="member-remove",
    ),
    path("t/<slug:tenant>/audit/", audit.audit_list, name="audit-list"),
]
