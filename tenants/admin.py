"""The operators' admin: accounts are made here; everything else is only looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from console.errors import Refused
from tenants import audit
from tenants.models import AuditEntry, Membership, Tenant, User

# Django's classes take type arguments only in the stubs.
if TYPE_CHECKING:
    Inline = admin.TabularInline[Membership, models.Model]
    Accounts = UserAdmin[User]
    Tenants = admin.ModelAdmin[Tenant]
    Entries = admin.ModelAdmin[AuditEntry]
else:
    Inline, Accounts = admin.TabularInline, UserAdmin
    Tenants = Entries = admin.ModelAdmin

admin.site.site_header = admin.site.site_title = "Moonbase"
admin.site.index_title = "Accounts and records"
admin.site.unregister(Group)


def sign_in(request: HttpRequest, extra_context: object = None) -> HttpResponse:  # noqa: ARG001
    """Send to the console's own page, which bounds attempts; a stranger to the admin is refused."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise Refused("The admin pages are for platform operators.")
    if request.user.is_authenticated:
        return redirect("admin:index")
    return redirect_to_login(request.GET.get("next", "/admin/"))


def change_password(request: HttpRequest, extra_context: object = None) -> HttpResponse:  # noqa: ARG001
    """Send to the console's own page, which ends the person's tokens and leaves an entry."""
    return redirect("password-change")


# Set on the site, so that every admin address keeps its name.
admin.site.login = sign_in  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[method-assign, assignment]


class OperatorsMixin:
    """Operators see it, whatever Django permissions they have; nobody adds, changes or deletes."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return whether the index shows it."""
        return _is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Return whether a page shows it."""
        return _is_operator(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Refuse: rows are made by actions."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Refuse: rows are changed by actions."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Refuse: rows are deleted by actions."""
        return False


def _is_operator(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_staff


class MembershipInline(OperatorsMixin, Inline):
    model = Membership
    fields = ("tenant", "user", "role", "created_at")
    readonly_fields = fields
    extra = 0


@admin.register(User)
class AccountAdmin(OperatorsMixin, Accounts):
    """Accounts. They are never deleted, so that their names stay theirs; take "active" away."""

    inlines = (MembershipInline,)
    list_display = ("username", "first_name", "last_name", "is_active", "is_staff", "is_auditor")
    list_filter = ("is_active", "is_staff", "is_auditor")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Platform", {"fields": ("is_active", "is_staff", "is_auditor")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Let operators make accounts."""
        return _is_operator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Let operators change accounts."""
        return _is_operator(request)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write the audit entry beside Django's own."""
        _record(request, "user.create", obj, {})
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write the audit entry beside Django's own; values are left out, one is a password."""
        _record(request, "user.change", obj, {"changed": _changed_fields(message)})
        return super().log_change(request, obj, message)


def _record(request: HttpRequest, action: str, user: User, after: dict[str, Any]) -> None:
    audit.record(
        actor=request.user.get_username(),
        action=action,
        object_kind="user",
        object_name=user.username,
        after=after,
    )


def _changed_fields(message: Any) -> list[str]:
    """Return the labels in Django's change message, `[{"changed": {"fields": [...]}}]`."""
    parts = message if isinstance(message, list) else []
    return [
        str(label)
        for part in parts
        for label in part.get("changed", {}).get("fields", ["password"])
    ]


@admin.register(Tenant)
class TenantAdmin(OperatorsMixin, Tenants):
    """Tenants, to look at; /tenants/ is where they are made, changed and deleted."""

    inlines = (MembershipInline,)
    list_display = ("slug", "title", "namespace", "created_at", "sync_error")
    search_fields = ("slug", "title")


@admin.register(AuditEntry)
class AuditAdmin(OperatorsMixin, Entries):
    """The audit trail, never changed."""

    list_display = ("at", "actor", "action", "tenant_name", "object_name", "outcome")
    list_filter = ("outcome", "action")
    search_fields = ("actor", "action", "object_name", "tenant_name")
    date_hierarchy = "at"
