"""An error is a page, a panel, a toast or a problem document, by who asked."""

from __future__ import annotations

import json
import logging

import pytest
from django.test import Client, override_settings

from tenants.models import Tenant, User
from tests.conftest import ClientOf

pytestmark = [pytest.mark.urls("tests.console.web.urls"), pytest.mark.django_db]
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}

STATUSES = [
    ("missing", 404, "There is no App “x”."),
    ("refused", 403, "An owner can grant it."),
    ("conflict", 409, "It changed meanwhile."),
    ("quota", 409, "2 more CPU are needed."),
    ("invalid", 422, "Give a port from 1 to 65535."),
    ("down", 503, "The cluster did not answer within 2 s."),
    ("http404", 404, "There is nothing at this address."),
    ("denied", 403, "Only on Mondays."),
]


@pytest.mark.parametrize(("how", "status", "text"), STATUSES)
def test_a_page(client: Client, how: str, status: int, text: str) -> None:
    response = client.get(f"/fail/{how}/")
    assert response.status_code == status
    html = response.content.decode()
    assert text in html
    assert "<!DOCTYPE html>" in html
    assert "secret" not in html


@pytest.mark.parametrize(("how", "status", "text"), STATUSES)
def test_a_panel_with_a_way_to_try_again(client: Client, how: str, status: int, text: str) -> None:
    response = client.get(f"/fail/{how}/?page=2", headers=HTMX)
    html = response.content.decode()
    assert response.status_code == status
    assert text in html
    assert 'hx-get="/fail/' in html
    assert "?page=2" in html
    assert "<html" not in html
    assert ('hx-trigger="every 5s"' in html) == (how == "down")


def test_a_failed_post_leaves_the_page_and_says_why(client: Client) -> None:
    response = client.post("/fail/quota/", headers=HTMX)
    assert response.status_code == 409
    assert response["HX-Reswap"] == "none"
    event = json.loads(response["HX-Trigger"])["action-failed"]
    assert event["message"] == "2 more CPU are needed."
    assert response.content == b""


def test_a_bug_shows_its_request_and_nothing_else(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False
    for headers in ({}, HTMX):
        response = client.get("/fail/bug/", headers=headers)
        assert response.status_code == 500
        assert b"secret detail" not in response.content
        assert response["X-Request-ID"].encode() in response.content


def test_a_bug_below_the_api(client: Client) -> None:
    client.raise_request_exception = False
    response = client.get("/api/v1/plain/bug/")
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "broken"


def test_an_unknown_address(client: Client) -> None:
    assert b"There is nothing at this address." in client.get("/nowhere/").content
    assert client.get("/api/v1/nowhere/").json()["code"] == "not-found"


def test_a_page_that_can_not_have_its_frame(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> str:
        raise RuntimeError("no database")

    monkeypatch.setattr("tenants.context.Frame.tenant", property(broken))
    response = client.get("/fail/down/")
    assert response.status_code == 503
    assert b"The cluster did not answer within 2 s." in response.content


def test_an_ended_session_offers_to_sign_in_and_come_back(client: Client) -> None:
    headers = HTMX | {"HX-Current-URL": "http://testserver/t/team-a/apps/?q=x"}
    panel = client.get("/away/", headers=headers)
    assert panel.status_code == 401
    assert b"/sign-in/?next=%2Ft%2Fteam-a%2Fapps%2F%3Fq%3Dx" in panel.content
    toast = client.post("/away/", headers=headers)
    assert json.loads(toast["HX-Trigger"])["action-failed"]["link"].startswith("/sign-in/?next=")
    assert client.get("/away/").status_code == 302


def test_a_foreign_page_is_no_place_to_come_back_to(client: Client) -> None:
    headers = HTMX | {"HX-Current-URL": "https://elsewhere.test/trap"}
    assert b"elsewhere" not in client.get("/away/", headers=headers).content


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123_DEF.4", True), ("short", False), ("bad id\n", False)]
)
def test_the_request_id(client: Client, given: str, kept: bool) -> None:
    answered = client.get("/sign-in/", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (answered == given) is kept
    assert len(answered) >= 8


def test_server_errors_are_logged_with_the_request(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="console.web.failures"):
        response = client.get("/fail/down/")
        client.get("/fail/missing/")
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("console.")]
    assert len(lines) == 1
    assert response["X-Request-ID"] in lines[0]


def test_a_forged_form() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/sign-in/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert b"Reload the page and send it again" in response.content


def test_an_unreadable_request(client: Client) -> None:
    with override_settings(ALLOWED_HOSTS=["right.test"]):
        response = client.get("/sign-in/", headers={"host": "wrong.test"})
    assert response.status_code == 400
    assert b"could not read this request" in response.content


def test_the_frame_of_an_error_keeps_the_tenant(
    client_of: ClientOf, alice: User, team_a: Tenant
) -> None:
    response = client_of(alice).post("/t/team-a/members/nobody/role/", {"role": "viewer"})
    assert response.status_code == 404
    assert "Team A" in response.content.decode()
