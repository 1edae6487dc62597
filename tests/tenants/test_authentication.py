"""Bearer tokens: who gets in, and what is said to those who don't."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tenants.models import ApiToken, User
from tests.conftest import ApiOf, ClientOf

ME = "/api/v1/me/"


def with_token(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_token_gives_its_user(api: ApiOf, bob: User) -> None:
    body = api(bob).get(ME).json()
    assert body["username"] == "bob"
    assert body["tenants"] == [{"slug": "team-a", "role": "developer"}]


def test_operator_sees_every_tenant_as_owner(api: ApiOf, root: User, bob: User) -> None:
    body = api(root).get(ME).json()
    assert body["is_operator"]
    assert body["tenants"] == [{"slug": "team-a", "role": "owner"}]


def test_session_is_enough(client_of: ClientOf, bob: User) -> None:
    assert client_of(bob).get(ME).json()["username"] == "bob"


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["", "mb_unknown", "ü\x00", "x" * 10_000])
def test_unknown_token_is_401_with_a_challenge(secret: str) -> None:
    response = with_token(secret).get(ME)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="moonbase"'


@pytest.mark.django_db
def test_anonymous_is_401() -> None:
    assert APIClient().get(ME).status_code == 401


def test_expired_token_is_401(bob: User) -> None:
    _, secret = ApiToken.issue(bob, timezone.now() - timedelta(seconds=1))
    assert with_token(secret).get(ME).status_code == 401


def test_disabled_user_is_401_at_once(api: ApiOf, bob: User) -> None:
    client = api(bob)
    assert client.get(ME).status_code == 200
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert client.get(ME).status_code == 401


def test_use_is_noted_at_most_once_a_minute(bob: User) -> None:
    token, secret = ApiToken.issue(bob, timezone.now() + timedelta(hours=1))
    client = with_token(secret)
    client.get(ME)
    token.refresh_from_db()
    first = token.last_used_at
    assert first
    client.get(ME)
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=first - timedelta(minutes=2))
    client.get(ME)
    token.refresh_from_db()
    assert token.last_used_at
    assert token.last_used_at >= first
