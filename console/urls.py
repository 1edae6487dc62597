"""All addresses, composed from the apps."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tenants.urls")),
    path("api/v1/", include("tenants.api_urls")),
]
