"""Pages about volumes."""

from __future__ import annotations

from django.urls import path

from tenants.storage import views

urlpatterns = [
    path("t/<slug:tenant>/volumes/", views.volume_list, name="volume-list"),
    path("t/<slug:tenant>/volumes/<slug:name>/delete/", views.volume_delete, name="volume-delete"),
]
