"""A started cache, and a browser's client of each persona with htmx or without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from console.cluster.cache import ClusterCache
from tenants.models import User
from tests.conftest import ClientOf

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
Browse = Callable[..., Any]


@pytest.fixture
def bobs(bob: User, client_of: ClientOf, known: ClusterCache) -> Client:
    """Return the developer's client; the cluster's objects are known."""
    return client_of(bob)


@pytest.fixture
def veras(vera: User, client_of: ClientOf, known: ClusterCache) -> Client:
    """Return the viewer's client."""
    return client_of(vera)
