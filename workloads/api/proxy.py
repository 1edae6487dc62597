"""Passes a request on to an App, and its answer back without letting it act on this origin.

The answer comes from a tenant's program but is served from the console's address. So nothing of a
session goes in (no Cookie, no Authorization), few headers come out (never Set-Cookie), the browser
may not sniff, runs it in a sandbox of another origin, and gets scripts and styles as plain text, so
that no page of the console could load them either.
"""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import quote

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from console.cluster.connect import cluster
from console.cluster.protocol import ProxyRequest, ProxyResponse
from console.errors import ConsoleError, Invalid
from tenants import access
from tenants.access import Permission
from workloads.api.apps import AppView

LIMIT = 10 * 2**20
TIMEOUT = 30.0
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")

_GOES_IN = (
    "Accept",
    "Accept-Language",
    "Content-Type",
    "Content-Encoding",
    "If-Match",
    "If-None-Match",
    "If-Modified-Since",
    "Range",
    "User-Agent",
)
_COMES_OUT = (
    "Accept-Ranges",
    "Allow",
    "Content-Language",
    "Content-Range",
    "ETag",
    "Last-Modified",
    "Retry-After",
)
_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}(?:\s*;\s*[\w-]{1,40}=[\w\"./:-]{1,100}){0,4}")
_CAN_ACT = re.compile(r"javascript|ecmascript|text/css|xslt|x-shockwave|wasm", re.IGNORECASE)
_POLICY = "sandbox; default-src 'none'; img-src data:"


class TooLarge(ConsoleError):
    """A body is over the limit."""

    code = "too-large"
    status = 413
    title = "Too large"


class AsItIs(BaseContentNegotiation):
    """Takes whatever the client accepts: what it gets is the App's business."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Return no parser; the body is passed on unread."""
        return None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: Any = None
    ) -> tuple[BaseRenderer, str]:
        """Return the first renderer, which only problem documents need."""
        return renderers[0], renderers[0].media_type


_schema = extend_schema(
    request={"*/*": OpenApiTypes.BINARY},
    responses={(200, "*/*"): OpenApiTypes.BINARY},
    parameters=[OpenApiParameter("path", str, OpenApiParameter.PATH, description="In the App.")],
    description="Send this request to a ready replica and return its answer; bodies to 10 MB.",
    tags=["apps"],
)


@extend_schema_view(**{method: _schema for method in METHODS if method not in {"head", "options"}})
class AppProxyView(AppView):
    content_negotiation_class = AsItIs
    too_large = False

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Read the body first: the check of the CSRF token would consume a form."""
        try:
            _ = request.body
        except RequestDataTooBig:
            self.too_large = True
        return super().initialize_request(request, *args, **kwargs)

    def forward(self, request: Request, tenant: str, name: str, path: str = "") -> HttpResponse:
        """Pass the request on; it may change what the App keeps, so it needs the role for that."""
        app = self.app
        access.require(self.user, self.tenant, Permission.OPERATE)
        body = self._body(request)
        began = time.monotonic()
        answer = cluster().proxy(
            self.tenant.namespace,
            app.name,
            ProxyRequest(request.method or "GET", _target(request, path), _headers(request), body),
            actor=access.actor_for(self.user, self.tenant),
            timeout=TIMEOUT,
            limit=LIMIT,
        )
        return _passed_on(answer, time.monotonic() - began)

    get = head = post = put = patch = delete = forward
    options = forward  # type: ignore[assignment]

    def _body(self, request: Request) -> bytes:
        body = b"" if self.too_large else request._request.body
        if self.too_large or len(body) > LIMIT:
            raise TooLarge("A request to an App may have at most 10 MB.")
        return body


@extend_schema(exclude=True)
class AppRootProxyView(AppProxyView):
    """The App's own root; the schema has it once, with a path."""


def _target(request: Request, path: str) -> str:
    """Return path and query as the App gets them; a path that goes up could leave the Service."""
    if any(part in {".", ".."} for part in path.split("/")):
        raise Invalid("A path may not have “.” or “..” as a part.")
    query = request.META.get("QUERY_STRING", "")
    return f"/{quote(path, safe='/~!$&()*+,;=:@')}{f'?{query}' if query else ''}"


def _headers(request: Request) -> dict[str, str]:
    return {name: request.headers[name] for name in _GOES_IN if name in request.headers}


def _passed_on(answer: ProxyResponse, seconds: float) -> HttpResponse:
    if answer.truncated:
        raise TooLarge("The App's answer is larger than 10 MB, which is not passed on.")
    given = {name.lower(): value for name, value in answer.headers.items()}
    response = HttpResponse(
        answer.body,
        status=answer.status if 200 <= answer.status < 600 else 502,
        content_type=_content_type(given.get("content-type", "")),
    )
    for name in _COMES_OUT:
        value = given.get(name.lower(), "")
        if value and value.isprintable() and value.isascii():
            response[name] = value[:500]
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    response["Server-Timing"] = f"app;dur={seconds * 1000:.1f}"
    if answer.pod:
        response["X-Moonbase-Pod"] = answer.pod
    return response


def _content_type(given: str) -> str:
    if len(given) > 200 or not _TYPE.fullmatch(given):
        return "application/octet-stream"
    return "text/plain; charset=utf-8" if _CAN_ACT.search(given) else given
