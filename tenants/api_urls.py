"""REST addresses of tenants, members, tokens and the audit trail, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from tenants import api

urlpatterns = [
    path("me/", api.MeView.as_view(), name="api-me"),
]
