"""Sends one HTTP request to a replica of a Service and reads its answer within limits."""

from __future__ import annotations

import time
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from console.cluster.errors import Invalid, NotFound, Unavailable
from console.cluster.local.endpoints import Endpoint, Endpoints, port_of, why_none
from console.cluster.objects import Manifest
from console.cluster.protocol import ProxyRequest, ProxyResponse
from console.errors import trimmed

# RFC 9110 section 7.6.1: what concerns one connection, not the message.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# Written anew by whoever sends the body on.
_OF_THE_BODY = frozenset({"content-length", "content-encoding"})
TRIES = 2


class Proxy:
    """An HTTP client for Services; connections to replicas are pooled."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        # All replicas are 127.0.0.1: a jar that kept cookies would carry them between tenants.
        self._client = httpx.Client(
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=100),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def send(
        self,
        service: Manifest,
        request: ProxyRequest,
        *,
        port: int | None,
        timeout: float,
        limit: int,
    ) -> ProxyResponse:
        """Send to the replica whose turn it is. Raises NotFound or Unavailable."""
        name = service["metadata"]["name"]
        target = port_of(service, port)
        if target is None:
            raise NotFound(f"Service “{name}” has no port {port}.")
        if not request.path.startswith("/"):
            raise Invalid("A path begins with “/”.")
        deadline = time.monotonic() + timeout
        for attempt in range(TRIES):
            endpoint = self._endpoints.next(service, target)
            if endpoint is None:
                why = why_none(self._endpoints.selected(service))
                raise Unavailable(f"Service “{name}” has no ready replica: {why}.")
            try:
                return self._exchange(endpoint, request, deadline, limit)
            except httpx.ConnectError as error:
                # Nothing was sent, so that the next replica may be asked.
                if attempt + 1 == TRIES:
                    raise _unavailable(name, endpoint, error) from error
            except httpx.TimeoutException as error:
                message = f"Pod {endpoint.pod} did not answer within {timeout:g} s."
                raise Unavailable(message) from error
            except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError) as error:
                raise Invalid(f"The request can't be sent: {trimmed(error)}") from error
            except httpx.HTTPError as error:
                raise _unavailable(name, endpoint, error) from error
        raise AssertionError("unreachable")

    def _exchange(
        self, endpoint: Endpoint, request: ProxyRequest, deadline: float, limit: int
    ) -> ProxyResponse:
        left = max(deadline - time.monotonic(), 0.001)
        dropped = (
            HOP_BY_HOP | {"host", "content-length"} | _named(request.headers.get("Connection"))
        )
        headers = {k: v for k, v in request.headers.items() if k.lower() not in dropped}
        # Asked for as it is, so that what is cut at the limit is what was sent.
        headers.setdefault("Accept-Encoding", "identity")
        with self._client.stream(
            request.method,
            f"http://127.0.0.1:{endpoint.port}{request.path}",
            headers=headers,
            content=request.body,
            timeout=left,
        ) as response:
            body, truncated = _read(response, deadline, limit)
        kept = HOP_BY_HOP | _OF_THE_BODY | _named(response.headers.get("connection"))
        answered = {k: v for k, v in response.headers.items() if k.lower() not in kept}
        return ProxyResponse(response.status_code, answered, body, truncated, endpoint.pod)


def _read(response: httpx.Response, deadline: float, limit: int) -> tuple[bytes, bool]:
    """Return the body up to the limit, and whether there was more."""
    body = bytearray()
    # As it comes: gathered to blocks of a size, a slow answer would escape the deadline.
    for block in response.iter_bytes():
        body += block
        if len(body) > limit:
            return bytes(body[:limit]), True
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the answer did not end in time")
    return bytes(body), False


def _named(connection: str | None) -> set[str]:
    """Return the headers that a Connection header names as its own."""
    return {name.strip().lower() for name in (connection or "").split(",") if name.strip()}


def _unavailable(service: str, endpoint: Endpoint, error: Exception) -> Unavailable:
    return Unavailable(f"Pod {endpoint.pod} of Service “{service}” failed: {trimmed(error)}")
