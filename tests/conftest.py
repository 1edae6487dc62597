"""Personas and clients of every test; no test reaches a real cluster unless it asks for one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache as django_cache
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from console.cluster import connect
from console.cluster.protocol import Cluster
from console.realtime.hub import hub
from tenants.models import ApiToken, Role, Tenant, User
from tests.factories import MembershipFactory, TenantFactory, UserFactory
from tests.fakes import FakeCluster

ClientOf = Callable[[User], Client]
ApiOf = Callable[[User], APIClient]
Commits = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def nobody_listens() -> Iterator[None]:
    """Close the live views that a test leaves: ids come again, and with them names of channels."""
    yield
    hub.close()


@pytest.fixture(autouse=True)
def cluster() -> Iterator[FakeCluster]:
    """Put a cluster in memory in place of the real one; `local_cluster` starts containers."""
    fake = FakeCluster()
    connect.use(fake)
    yield fake
    connect.use(None)


@pytest.fixture
def local_cluster(cluster: FakeCluster) -> Iterator[Cluster]:
    """Put a fresh embedded cluster in its place, which runs real processes until the test ends."""
    shutil.rmtree(settings.DATA_DIR / "cluster", ignore_errors=True)
    connect.use(None)
    connect.start()
    yield connect.cluster()
    connect.stop()
    connect.use(cluster)


@pytest.fixture(autouse=True)
def _no_throttle_carries_over() -> None:
    """Forget failed sign-ins and throttles of other tests."""
    django_cache.clear()


@pytest.fixture
def alice(team_a: Tenant) -> User:
    """Return the owner of team-a."""
    return MembershipFactory(tenant=team_a, user__username="alice", role=Role.OWNER).user


@pytest.fixture
def bob(team_a: Tenant) -> User:
    """Return a developer of team-a."""
    return MembershipFactory(tenant=team_a, user__username="bob", role=Role.DEVELOPER).user


@pytest.fixture
def vera(team_a: Tenant) -> User:
    """Return a viewer of team-a."""
    return MembershipFactory(tenant=team_a, user__username="vera", role=Role.VIEWER).user


@pytest.fixture
def charlie(team_b: Tenant) -> User:
    """Return the owner of team-b, an outsider to team-a."""
    return MembershipFactory(tenant=team_b, user__username="charlie", role=Role.OWNER).user


@pytest.fixture
def root(db: None) -> User:
    """Return a platform operator without any membership."""
    return UserFactory(username="root", operator=True)


@pytest.fixture
def audrey(db: None) -> User:
    """Return an auditor without any membership."""
    return UserFactory(username="audrey", auditor=True)


@pytest.fixture
def team_a(db: None) -> Tenant:
    """Return the tenant that most tests are about."""
    return TenantFactory(slug="team-a", title="Team A")


@pytest.fixture
def team_b(db: None) -> Tenant:
    """Return another tenant, of which nobody of team-a may know."""
    return TenantFactory(slug="team-b", title="Team B")


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Commits) -> Commits:
    """Return a context manager at whose end what waits for the commit is done."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def client_of(db: None) -> ClientOf:
    """Return a function that gives a signed-in browser's client."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def api(db: None) -> ApiOf:
    """Return a function that gives an API client with a real bearer token."""

    def make(user: User) -> APIClient:
        _, secret = ApiToken.issue(user, timezone.now() + timedelta(hours=1))
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return make
