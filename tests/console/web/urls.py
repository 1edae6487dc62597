"""Addresses that fail in every way a view can, beside the real ones."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from console.errors import Conflict, Invalid, NotFound, QuotaExceeded, Refused, Unavailable
from console.urls import handler400, handler403, handler404, handler500, urlpatterns
from console.web.pages import render_page

__all__ = ["handler400", "handler403", "handler404", "handler500"]

FAILURES: dict[str, type[Exception] | Exception] = {
    "missing": NotFound("There is no App “x”."),
    "refused": Refused("You need the role Developer.", hint="An owner can grant it."),
    "conflict": Conflict("It changed meanwhile."),
    "quota": QuotaExceeded("2 more CPU are needed."),
    "invalid": Invalid(fields={"port": ["Give a port from 1 to 65535."]}),
    "down": Unavailable("The cluster did not answer within 2 s."),
    "http404": Http404("secret reason"),
    "denied": PermissionDenied("Only on Mondays."),
    "bug": RuntimeError("secret detail"),
    "throttled": exceptions.Throttled(wait=7),
    "malformed": exceptions.ParseError("JSON parse error"),
    "fields": exceptions.ValidationError(
        {"mounts": [{"volume": ["Unknown."]}], "name": ["Empty."]}
    ),
}


def fail(request: HttpRequest, how: str) -> HttpResponse:
    """Raise the failure of that name."""
    raise FAILURES[how]


def away(request: HttpRequest) -> HttpResponse:
    """Redirect to the sign-in page as login_required does."""
    return HttpResponseRedirect("/sign-in/?next=/away/")


def sample(request: HttpRequest) -> HttpResponse:
    """Render a page or its partial."""
    return render_page(request, "errors/error.html", {}, partial="nothing")


class Body(serializers.Serializer[None]):
    """An input with one number."""

    replicas = serializers.IntegerField(min_value=1)


@api_view(["GET", "POST"])
@permission_classes([AllowAny])
def api_fail(request: Request, how: str) -> Response:
    """Raise the failure of that name in an API view."""
    if request.method == "POST":
        Body(data=request.data).is_valid(raise_exception=True)
    raise FAILURES[how]


urlpatterns = [
    path("fail/<str:how>/", fail),
    path("away/", away),
    path("sample/", sample),
    path("api/v1/fail/<str:how>/", api_fail),
    path("api/v1/plain/<str:how>/", fail),
    *urlpatterns,
]
