"""Gives each request an id, and turns console errors and expired sessions into answers."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from console.errors import ConsoleError
from console.web.failures import SignedOut, failure_response

HEADER = "X-Request-ID"
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class ConsoleMiddleware:
    """Wrap every view. Synchronous on purpose: the chain around it then needs one thread hop."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, with its id in the headers."""
        request_id = request_id_of(request)
        request.request_id = request_id  # type: ignore[attr-defined]
        request.began_ms = time.time_ns() // 1_000_000  # type: ignore[attr-defined]
        response = self.get_response(request)
        if is_sign_in_for_htmx(request, response):
            response = failure_response(request, SignedOut("Your session has ended."))
        response[HEADER] = request_id
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Render an error of ours; every other is Django's."""
        if isinstance(error, ConsoleError):
            return failure_response(request, error)
        return None


def request_id_of(request: HttpRequest) -> str:
    """Return the id that a proxy in front gave, if it is harmless, else a new one."""
    given = request.headers.get(HEADER, "")
    return given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex


def is_sign_in_for_htmx(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether htmx would get the sign-in page where a panel should be."""
    if not getattr(request, "htmx", None) or not isinstance(response, HttpResponseRedirect):
        return False
    return response.url.startswith(f"{resolve_url(settings.LOGIN_URL)}?")
