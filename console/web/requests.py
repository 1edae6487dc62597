"""The request as the console's views see it, after its middleware."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class ConsoleRequest(HttpRequest):
    """An HTTP request with htmx's headers and an id that log, page and problem document share."""

    htmx: HtmxDetails
    request_id: str
    began_ms: int
