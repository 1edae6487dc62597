"""Tokens and password of one's own."""

from __future__ import annotations

import re

from django.test import Client
from rest_framework.test import APIClient

from tenants.models import ApiToken, AuditEntry, User
from tests.conftest import ApiOf, ClientOf
from tests.factories import PASSWORD, ApiTokenFactory

TOKENS = "/account/tokens/"
CHANGE = "/account/password/"
NEW = "a-longer-new-password"


def test_a_secret_is_shown_once(client_of: ClientOf, bob: User) -> None:
    client = client_of(bob)
    response = client.post(TOKENS, {"lifetime": "720"})
    found = re.search(r'id="new-token-secret">(mb_[\w-]+)<', response.content.decode())
    assert found
    assert "no-store" in response["Cache-Control"]
    assert found[1] not in client.get(TOKENS).content.decode()
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {found[1]}")
    assert program.get("/api/v1/me/").json()["username"] == "bob"
    assert found[1] not in str(list(AuditEntry.objects.values()))


def test_an_unknown_lifetime_is_told(client_of: ClientOf, bob: User) -> None:
    response = client_of(bob).post(TOKENS, {"lifetime": "9999999"})
    assert response.status_code == 200
    assert "new-token-secret" not in response.content.decode()
    assert not ApiToken.objects.exists()


def test_only_own_tokens_are_listed_and_revoked(
    client_of: ClientOf, bob: User, alice: User
) -> None:
    mine, theirs = ApiTokenFactory(user=bob, hint="mb_mine"), ApiTokenFactory(user=alice)
    client = client_of(bob)
    page = client.get(TOKENS).content.decode()
    assert "mb_mine" in page
    assert theirs.hint not in page
    assert client.post(f"{TOKENS}{theirs.pk}/revoke/").status_code == 404
    assert client.post(f"{TOKENS}{mine.pk}/revoke/").status_code == 303
    assert list(ApiToken.objects.all()) == [theirs]
    partial = client.get(TOKENS, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in partial


def test_a_new_password_ends_other_sessions_and_tokens(
    client_of: ClientOf, api: ApiOf, bob: User
) -> None:
    here, elsewhere, program = client_of(bob), client_of(bob), api(bob)
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert here.post(CHANGE, data).status_code == 303
    assert here.get(TOKENS).status_code == 200
    assert elsewhere.get(TOKENS).status_code == 302
    assert program.get("/api/v1/me/").status_code == 401
    assert Client().login(username="bob", password=NEW)
    assert NEW not in str(list(AuditEntry.objects.values()))


def test_a_bad_password_is_told(client_of: ClientOf, bob: User) -> None:
    client = client_of(bob)
    assert client.get(CHANGE).status_code == 200
    wrong = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    short = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    for data in (wrong, short):
        response = client.post(CHANGE, data)
        assert response.status_code == 200
        assert "field-errors" in response.content.decode()
    assert Client().login(username="bob", password=PASSWORD)
