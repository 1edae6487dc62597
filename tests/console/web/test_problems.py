"""Problem documents of the API."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = [pytest.mark.urls("tests.console.web.urls"), pytest.mark.django_db]


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("missing", 404, "not-found"),
        ("refused", 403, "refused"),
        ("conflict", 409, "conflict"),
        ("quota", 409, "quota-exceeded"),
        ("invalid", 422, "invalid"),
        ("down", 503, "unavailable"),
        ("http404", 404, "not-found"),
        ("denied", 403, "refused"),
        ("throttled", 429, "throttled"),
        ("malformed", 400, "malformed"),
        ("fields", 422, "invalid"),
    ],
)
def test_every_failure_is_a_document(client: Client, how: str, status: int, code: str) -> None:
    response = client.get(f"/api/v1/fail/{how}/")
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:moonbase:problem:{code}"
    assert problem["title"]
    assert problem["detail"]
    assert "secret" not in response.content.decode()


def test_fields_have_paths(client: Client) -> None:
    assert client.get("/api/v1/fail/invalid/").json()["errors"] == {
        "port": ["Give a port from 1 to 65535."]
    }
    assert client.get("/api/v1/fail/fields/").json()["errors"] == {
        "mounts.0.volume": ["Unknown."],
        "name": ["Empty."],
    }


def test_a_serializer_says_which_field(client: Client) -> None:
    response = client.post("/api/v1/fail/down/", {"replicas": 0}, content_type="application/json")
    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["replicas"]


def test_the_hint_and_the_headers(client: Client) -> None:
    assert client.get("/api/v1/fail/refused/").json()["hint"] == "An owner can grant it."
    assert client.get("/api/v1/fail/throttled/")["Retry-After"] == "7"


def test_a_plain_view_below_the_api(client: Client) -> None:
    response = client.get("/api/v1/plain/down/")
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == "The cluster did not answer within 2 s."
