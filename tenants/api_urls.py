"""REST addresses of tenants, members, tokens and the audit trail, below /api/v1/."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated

from tenants import api

schema = SpectacularAPIView.as_view(permission_classes=[IsAuthenticated])
docs = SpectacularSwaggerSplitView.as_view(
    url_name="api-schema",
    template_name="tenants/api_docs.html",
    permission_classes=[IsAuthenticated],
)

urlpatterns = [
    path("schema/", schema, name="api-schema"),
    path("docs/", login_required(docs), name="api-docs"),
    path("token/", api.TokenView.as_view(), name="api-token"),
    path("tokens/", api.TokenListView.as_view(), name="api-token-list"),
    path("tokens/<int:token>/", api.TokenDetailView.as_view(), name="api-token-detail"),
    path("me/", api.MeView.as_view(), name="api-me"),
    path("audit/", api.AuditView.as_view(), name="api-audit"),
    path("tenants/", api.TenantListView.as_view(), name="api-tenant-list"),
    path("tenants/<slug:tenant>/", api.TenantDetailView.as_view(), name="api-tenant-detail"),
    path("tenants/<slug:tenant>/members/", api.MemberListView.as_view(), name="api-member-list"),
    path(
        "tenants/<slug:tenant>/members/<str:username>/",
        api.MemberDetailView.as_view(),
        name="api-member-detail",
    ),
    path("tenants/<slug:tenant>/audit/", api.TenantAuditView.as_view(), name="api-tenant-audit"),
]
