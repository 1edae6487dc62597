"""All addresses, composed from the apps."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from console import health
from tenants.views.account import SignInView

handler400 = "console.web.failures.bad_request"
handler403 = "console.web.failures.forbidden"
handler404 = "console.web.failures.not_found"
handler500 = "console.web.failures.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", health.favicon, name="favicon"),
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("", include("tenants.urls")),
    path("", include("tenants.storage.urls")),
    path("t/<slug:tenant>/", include("workloads.urls")),
    path("api/v1/", include("tenants.api_urls")),
    path("api/v1/", include("tenants.storage.api_urls")),
    path("api/v1/", include("workloads.api_urls")),
    path("admin/", admin.site.urls),
]
