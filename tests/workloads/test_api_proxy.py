"""Requests passed on to Apps: what goes in, what comes out, and what a browser may do with it."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from console.cluster.protocol import ProxyResponse
from tenants.models import User
from tests.conftest import ApiOf, ClientOf
from tests.fakes import FakeCluster
from workloads.models import App

URL = "/api/v1/tenants/team-a/apps/web/proxy/"
HEADERS = {
    "Content-Type": "application/json",
    "Set-Cookie": "sessionid=stolen",
    "Content-Security-Policy": "script-src *",
    "Access-Control-Allow-Origin": "*",
    "Location": "https://evil.example/",
    "Clear-Site-Data": '"cookies"',
    "ETag": '"1"',
}


@pytest.fixture
def bobs(api: ApiOf, bob: User, web: App) -> APIClient:
    """Return the API as bob uses it."""
    return api(bob)


def answer(cluster: FakeCluster, web: App, **more: object) -> None:
    given = {"status": 200, "headers": HEADERS, "body": b'{"label": 7}', "pod": "web-1"} | more
    cluster.answers[web.tenant.namespace, "web"] = ProxyResponse(**given)  # type: ignore[arg-type]


def test_a_request_and_its_answer(bobs: APIClient, web: App, cluster: FakeCluster) -> None:
    answer(cluster, web)
    response = bobs.post(
        f"{URL}predict%20it?top=3&x=%2F",
        b"\x89PNG",
        content_type="image/png",
        headers={"cookie": "sessionid=secret", "x-forwarded-for": "1.2.3.4", "accept": "*/*"},
    )
    assert response.status_code == 200
    assert response.content == b'{"label": 7}'
    (sent,) = cluster.proxied
    assert (sent.method, sent.path, sent.body) == ("POST", "/predict%20it?top=3&x=%2F", b"\x89PNG")
    assert set(sent.headers) == {"Accept", "Content-Type"}


def test_only_harmless_headers_come_out(bobs: APIClient, web: App, cluster: FakeCluster) -> None:
    answer(cluster, web)
    response = bobs.get(f"{URL}x")
    assert "sessionid" not in response.cookies
    for name in ("Access-Control-Allow-Origin", "Location", "Clear-Site-Data", "Set-Cookie"):
        assert name not in response
    assert response["Content-Security-Policy"].startswith("sandbox;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["ETag"] == '"1"'
    assert response["X-Moonbase-Pod"] == "web-1"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("image/png", "image/png"),
        ("text/html; charset=utf-8", "text/html; charset=utf-8"),
        ("application/javascript", "text/plain; charset=utf-8"),
        ("text/JavaScript; charset=utf-8", "text/plain; charset=utf-8"),
        ("text/css", "text/plain; charset=utf-8"),
        ("", "application/octet-stream"),
        ("text/html\r\nSet-Cookie: a=b", "application/octet-stream"),
    ],
)
def test_what_could_act_is_shown_as_text(
    given: str, shown: str, bobs: APIClient, web: App, cluster: FakeCluster
) -> None:
    answer(cluster, web, headers={"content-type": given})
    assert bobs.get(f"{URL}x")["Content-Type"] == shown


@pytest.mark.parametrize("method", ["get", "head", "options", "post", "put", "patch", "delete"])
def test_every_method(method: str, bobs: APIClient, web: App, cluster: FakeCluster) -> None:
    answer(cluster, web, status=404)
    assert getattr(bobs, method)(URL).status_code == 404
    assert cluster.proxied[0].method == method.upper()
    assert cluster.proxied[0].path == "/"


def test_a_form_of_a_signed_in_browser_arrives_whole(
    web: App, bob: User, client_of: ClientOf, cluster: FakeCluster
) -> None:
    answer(cluster, web)
    response = client_of(bob).post(f"{URL}form", {"a": "1"})
    assert response.status_code == 200
    assert b'name="a"' in cluster.proxied[0].body


@pytest.mark.parametrize("path", ["../x", "a/../../b", "./a", "%2e%2e/secrets"])
def test_a_path_does_not_leave_the_app(path: str, bobs: APIClient, cluster: FakeCluster) -> None:
    assert bobs.get(f"{URL}{path}").status_code in {404, 422}
    assert cluster.proxied == []


def test_limits(bobs: APIClient, web: App, cluster: FakeCluster) -> None:
    assert bobs.get(f"{URL}x").status_code == 503
    answer(cluster, web, truncated=True)
    assert bobs.get(f"{URL}x").status_code == 413
    for size in (10 * 2**20 + 1, 13 * 2**20):
        response = bobs.post(f"{URL}x", b"x" * size, content_type="application/octet-stream")
        assert response.status_code == 413
    assert len(cluster.proxied) == 2
