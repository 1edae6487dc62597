"""Bounds how often a password may be tried: by name and address, and by address alone.

Counted in the process's cache, failures only; who signs in is forgotten. Passwords are checked with
Django's hasher also for unknown names, so that the time taken does not tell them apart.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from tenants.models import User

WINDOW = 300
MOST_FAILURES = {"name": 10, "address": 100}


def seconds_to_wait(request: HttpRequest, username: str) -> int:
    """Return how long no further attempt is taken, 0 if one is taken now."""
    now, longest = time.time(), 0.0
    for scope, key in _keys(request, username).items():
        failures = _recent(key, now)
        if len(failures) >= MOST_FAILURES[scope]:
            longest = max(longest, failures[-MOST_FAILURES[scope]] + WINDOW - now)
    return round(longest + 0.5) if longest > 0 else 0


def check_password(request: HttpRequest, username: str, password: str) -> User | None:
    """Return the active user with this password, else count a failure and return None."""
    user = authenticate(request, username=username, password=password)
    keys = _keys(request, username)
    if isinstance(user, User):
        cache.delete(keys["name"])
        return user
    for scope, key in keys.items():
        failures = [*_recent(key, time.time()), time.time()]
        cache.set(key, failures[-MOST_FAILURES[scope] :], WINDOW)
    return None


def _recent(key: str, now: float) -> list[float]:
    return [at for at in cache.get(key, []) if at > now - WINDOW]


def _keys(request: HttpRequest, username: str) -> dict[str, str]:
    """Return the cache keys; X-Forwarded-For is the server's business, anybody can send it."""
    address = request.META.get("REMOTE_ADDR", "")
    name = hashlib.sha256(f"{address} {username.casefold()}".encode()).hexdigest()
    return {"name": f"sign-in:{name}", "address": f"sign-in:{address}"}


class SignInForm(AuthenticationForm):
    """Django's form, with the same bound as the API's."""

    def clean(self) -> dict[str, Any]:
        """Check the password unless it was tried too often."""
        username = self.cleaned_data.get("username", "")
        password = self.cleaned_data.get("password", "")
        if not username or not password or self.request is None:
            return self.cleaned_data
        wait = seconds_to_wait(self.request, username)
        if wait:
            raise ValidationError(f"Too many failed attempts. Try again in {wait} seconds.")
        self.user_cache = check_password(self.request, username, password)
        if self.user_cache is None:
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data
