"""How a view answers: the whole page, or the partial of the same template that htmx asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from console.web.requests import ConsoleRequest

VARY = ("HX-Request", "HX-Request-Type", "HX-Boosted", "HX-History-Restore-Request")


def wants_partial(request: HttpRequest) -> bool:
    """Return whether htmx asks for a fragment: not for a boosted, restored or whole page."""
    htmx = cast("ConsoleRequest", request).htmx
    if not htmx or htmx.boosted or htmx.history_restore_request:
        return False
    return htmx.request_type != "full"


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the template, or only its `partialdef` of that name for an htmx request."""
    if partial and wants_partial(request):
        template = f"{template}#{partial}"
    response = render(request, template, dict(context or {}), status=status)
    patch_vary_headers(response, VARY)
    return response


def see_other(request: HttpRequest, url: str, *, message: str = "") -> HttpResponse:
    """Send the browser to another page after a POST, where the message is shown as a toast."""
    if message:
        messages.success(request, message)
    if cast("ConsoleRequest", request).htmx:
        return HttpResponseClientRedirect(url)
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
