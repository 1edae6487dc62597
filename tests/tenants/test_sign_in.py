"""Passwords: the page and the API take them, both a bounded number of times."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from tenants import sign_in
from tenants.models import ApiToken, AuditEntry, User
from tests.conftest import ApiOf, ClientOf
from tests.factories import PASSWORD

TOKEN = "/api/v1/token/"
ME = "/api/v1/me/"


def ask(username: str, password: str, **extra: Any) -> dict[str, Any]:
    response = APIClient().post(
        TOKEN, {"username": username, "password": password}, format="json", **extra
    )
    return {"status": response.status_code, "headers": response.headers, **response.json()}


def test_a_password_gives_a_token_that_works(bob: User) -> None:
    answer = ask("bob", PASSWORD)
    assert answer["status"] == 201
    expires_at = datetime.fromisoformat(str(answer["expires_at"]))
    assert timedelta(hours=11) < expires_at - timezone.now() <= timedelta(hours=12)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer['token']}")
    assert client.get(ME).json()["username"] == "bob"
    assert AuditEntry.objects.get(action="token.issue").actor == "bob"


def test_an_old_token_is_not_in_the_way(bob: User) -> None:
    assert ask("bob", PASSWORD, HTTP_AUTHORIZATION="Bearer mb_gone")["status"] == 201


@pytest.mark.parametrize(
    ("username", "password"), [("bob", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)]
)
def test_every_failure_reads_the_same(username: str, password: str, bob: User) -> None:
    User.objects.create_user("gone", password=PASSWORD, is_active=False)
    answer = ask(username, password)
    assert answer["status"] == 401
    assert answer["detail"] == "The username or the password is wrong."
    assert not ApiToken.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("body", [{}, {"username": "bob"}, {"username": 1, "password": []}, []])
def test_a_malformed_body_is_422(body: object) -> None:
    assert APIClient().post(TOKEN, body, format="json").status_code == 422


def test_too_many_failures_are_429_with_retry_after(bob: User) -> None:
    for _ in range(sign_in.MOST_FAILURES["name"]):
        assert ask("bob", "wrong")["status"] == 401
    answer = ask("bob", PASSWORD)
    assert answer["status"] == 429
    assert 0 < int(answer["headers"]["Retry-After"]) <= sign_in.WINDOW
    assert ask("BOB", PASSWORD)["status"] == 429
    assert ask("bob", PASSWORD, REMOTE_ADDR="192.0.2.7")["status"] == 201


def test_a_header_does_not_make_another_address(bob: User) -> None:
    for number in range(sign_in.MOST_FAILURES["name"]):
        ask("bob", "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
    assert ask("bob", PASSWORD)["status"] == 429


def test_success_forgets_failures(bob: User) -> None:
    for _ in range(3):
        for _ in range(sign_in.MOST_FAILURES["name"] - 1):
            ask("bob", "wrong")
        assert ask("bob", PASSWORD)["status"] == 201


def test_an_address_is_bounded_over_all_names(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sign_in.MOST_FAILURES, "address", 4)
    for number in range(4):
        assert ask(f"user{number}", "wrong")["status"] == 401
    assert ask("bob", PASSWORD)["status"] == 429


def test_the_bound_ends(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sign_in.MOST_FAILURES, "name", 1)
    ask("bob", "wrong")
    assert ask("bob", PASSWORD)["status"] == 429
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + sign_in.WINDOW + 1)
    assert ask("bob", PASSWORD)["status"] == 201


def test_a_token_can_end_itself(api: ApiOf, bob: User) -> None:
    client = api(bob)
    assert client.delete(TOKEN).status_code == 204
    assert client.get(ME).status_code == 401
    assert not ApiToken.objects.exists()


def test_a_session_has_no_token_to_end(client_of: ClientOf, bob: User) -> None:
    assert client_of(bob).delete(TOKEN).status_code == 401
    assert APIClient().delete(TOKEN).status_code == 401


def test_one_person_has_a_bounded_number_of_tokens(
    bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenants.actions.MOST_TOKENS", 2)
    assert [ask("bob", PASSWORD)["status"] for _ in range(3)] == [201, 201, 409]
    ApiToken.objects.update(expires_at=timezone.now())
    assert ask("bob", PASSWORD)["status"] == 201
    assert ApiToken.objects.count() == 1


def sign_in_page(client: Client, password: str, **extra: Any) -> Any:
    return client.post("/sign-in/", {"username": "bob", "password": password, **extra})


def test_the_page_signs_in_and_goes_on(bob: User) -> None:
    client = Client()
    response = sign_in_page(client, PASSWORD, next="/account/tokens/")
    assert response.status_code == 302
    assert response["Location"] == "/account/tokens/"
    assert client.get("/account/tokens/").status_code == 200


def test_the_page_does_not_lead_elsewhere(bob: User) -> None:
    response = sign_in_page(Client(), PASSWORD, next="https://elsewhere.test/")
    assert response["Location"] == "/"


def test_the_page_shares_the_bound(bob: User) -> None:
    client = Client()
    for _ in range(sign_in.MOST_FAILURES["name"]):
        assert b"correct username" in sign_in_page(client, "wrong").content
    assert b"Too many failed attempts" in sign_in_page(client, PASSWORD).content
    assert ask("bob", PASSWORD)["status"] == 429
