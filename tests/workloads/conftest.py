"""A tenant whose Namespace exists, and short ways to make workloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from console.cluster.protocol import CONSOLE
from tenants import namespaces
from tenants.models import Tenant, User
from tests.fakes import FakeCluster
from workloads import actions
from workloads.models import App, Job

Committed = Callable[[], Any]


@pytest.fixture
def committed(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Committed:
    """Return a block after which what waits for the commit has run."""

    @contextmanager
    def block() -> Iterator[None]:
        with django_capture_on_commit_callbacks(execute=True):
            yield

    return block


@pytest.fixture
def namespace(cluster: FakeCluster, team_a: Tenant) -> str:
    """Return the Namespace of team-a, which the cluster has."""
    cluster.apply(
        namespaces.namespace(slug=team_a.slug, name=team_a.namespace, title=""), actor=CONSOLE
    )
    cluster.actors.clear()
    return team_a.namespace


@pytest.fixture
def web(namespace: str, team_a: Tenant, bob: User, committed: Committed) -> App:
    """Return an App of team-a with two replicas, applied to the cluster."""
    with committed():
        return actions.create_app(
            user=bob, tenant=team_a, data={"name": "web", "image": "team/web:1", "replicas": 2}
        )


@pytest.fixture
def train(namespace: str, team_a: Tenant, bob: User, committed: Committed) -> Job:
    """Return a Job of team-a, applied to the cluster."""
    with committed():
        return actions.create_job(
            user=bob,
            tenant=team_a,
            data={"name": "train", "image": "team/train:1", "env": {"TOKEN": "canary-env"}},
        )
