"""Renders an error as a page, an htmx panel or a problem document: one place for all of them.

A panel is for what htmx reads: it replaces the panel that failed, with a button that tries again.
What htmx sends (POST) leaves the page as it is, and says in a toast why nothing happened.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from console.errors import ConsoleError, NotFound, Refused
from console.web.events import Event, announce
from console.web.pages import VARY, wants_partial
from console.web.problems import problem_response

log = logging.getLogger(__name__)

API = "/api/"
_PAGES = {403: "errors/403.html", 404: "errors/404.html", 503: "errors/503.html"}


class SignedOut(ConsoleError):
    """The session ended while the page was open."""

    code = "signed-out"
    status = 401
    title = "You are signed out"


class Broken(ConsoleError):
    """An error nobody foresaw; its cause is in the log under the request's id."""

    code = "broken"
    status = 500
    title = "The console failed"


class Malformed(ConsoleError):
    """A request that no page of ours sends."""

    code = "malformed"
    status = 400
    title = "The request can't be read"


class Forged(Refused):
    """A form without the token that proves it came from a page of ours."""

    code = "csrf"
    title = "The form has expired"


def failure_response(request: HttpRequest, error: ConsoleError) -> HttpResponse:
    """Return the answer that fits what asked: API, panel or page."""
    if error.status >= 500:
        log.error(
            "%s %s failed: %s [request %s]", request.method, request.path, error, _id(request)
        )
    if request.path.startswith(API):
        return problem_response(error)
    if hasattr(request, "htmx") and wants_partial(request):
        response = _panel(request, error)
    else:
        response = _page(request, error)
    patch_vary_headers(response, VARY)
    return response


def _id(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))


def _context(request: HttpRequest, error: ConsoleError) -> dict[str, Any]:
    return {
        "error": error,
        "request_id": _id(request),
        "retry_url": request.get_full_path() if request.method == "GET" else "",
        "sign_in_url": _sign_in_url(request) if isinstance(error, SignedOut) else "",
    }


def _panel(request: HttpRequest, error: ConsoleError) -> HttpResponse:
    if request.method in {"GET", "HEAD"}:
        html = render_to_string("components/_error_panel.html", _context(request, error), request)
        return HttpResponse(html, status=error.status)
    response = HttpResponse(status=error.status)
    response["HX-Reswap"] = "none"
    return announce(
        response,
        Event.ACTION_FAILED,
        title=error.title,
        message=error.message,
        hint=error.hint,
        link=_sign_in_url(request) if isinstance(error, SignedOut) else "",
    )


def _page(request: HttpRequest, error: ConsoleError) -> HttpResponse:
    """Return a page inside the frame, or without it when the frame itself can't be rendered."""
    context = _context(request, error)
    try:
        template = _PAGES.get(error.status, "errors/error.html")
        return HttpResponse(render_to_string(template, context, request), status=error.status)
    except Exception:
        log.exception("the page of an error failed [request %s]", _id(request))
        return HttpResponse(render_to_string("errors/500.html", context), status=error.status)


def _sign_in_url(request: HttpRequest) -> str:
    """Return the sign-in page that leads back to the page the user sees."""
    htmx = getattr(request, "htmx", None)
    seen = (htmx and htmx.current_url_abs_path) or request.get_full_path()
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': seen})}"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refused."""
    del exception
    return failure_response(request, Malformed("The console could not read this request."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer PermissionDenied."""
    return failure_response(request, Refused(str(exception) or "You may not open this page."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address."""
    del exception
    return failure_response(request, NotFound("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an unforeseen exception without the frame, which may be what failed."""
    error = Broken(
        "Something went wrong that nobody foresaw; it has been written to the console's log.",
        hint=f"An operator finds it under the request id {_id(request)}.",
    )
    if request.path.startswith(API) or (hasattr(request, "htmx") and wants_partial(request)):
        return failure_response(request, error)
    html = render_to_string("errors/500.html", {"error": error, "request_id": _id(request)})
    return HttpResponse(html, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token."""
    log.warning("%s refused: %s [request %s]", request.path, reason, _id(request))
    return failure_response(
        request,
        Forged(
            "This form was opened before you signed in, or in another browser.",
            hint="Reload the page and send it again; what you typed is kept in this tab.",
        ),
    )
