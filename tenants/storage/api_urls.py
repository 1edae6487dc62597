"""REST addresses of volumes, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from tenants.storage import api

urlpatterns = [
    path("tenants/<slug:tenant>/volumes/", api.VolumeListView.as_view(), name="api-volume-list"),
    path(
        "tenants/<slug:tenant>/volumes/<slug:name>/",
        api.VolumeDetailView.as_view(),
        name="api-volume-detail",
    ),
]
