"""Bearer tokens for the API: `Authorization: Bearer mb_...`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tenants.models import ApiToken, User

USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """Turns a bearer token into its user; a request without one is left to the session."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the user and the token, or None when another scheme or none is used."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        token = user_token(secret.strip())
        if token is None:
            raise AuthenticationFailed(
                "The token is unknown, expired or revoked; POST to /api/v1/token/ for another."
            )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        """Return the challenge that makes a missing token 401 instead of 403."""
        return f'{self.keyword} realm="moonbase"'


def user_token(secret: str) -> ApiToken | None:
    """Return the token with this secret if it and its user are valid now; note that it was used."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=ApiToken.digest_of(secret), expires_at__gt=now, user__is_active=True)
        .first()
    )
    if token and (token.last_used_at is None or now - token.last_used_at > USE_IS_NOTED_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
