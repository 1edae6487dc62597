"""A tenant whose Namespace exists, and short ways to make workloads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from console.cluster import cache as cluster_cache
from console.cluster.cache import ClusterCache
from console.cluster.errors import Unavailable
from console.cluster.protocol import CONSOLE, Ref
from tenants import namespaces
from tenants.models import Tenant, User
from tests.fakes import FakeCluster
from workloads import actions
from workloads.models import App, Job
from workloads.sync import manifests_of
from workloads.sync.observe import Key

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


@pytest.fixture
def known(cluster: FakeCluster) -> Iterator[ClusterCache]:
    """Return the started cache of the cluster in memory."""
    found = cluster_cache.cache()
    found.start()
    assert found.synced(5)
    yield found
    found.stopping.set()
    # An open watch ends when the cluster fails, else only when it has lasted its minute.
    cluster.failure = Unavailable("The test is over.")
    assert found.stop(2)
    cluster_cache.stop()


def until(told: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Return what `told` returns as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (result := told()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return result


def item(known: ClusterCache, ref: Ref) -> Any:
    """Return an object of the cache that a test expects to be there."""
    return known.get(ref.kind, ref.namespace, ref.name)


def text_of(response: Any) -> bytes:
    """Return the body of a streamed response."""
    return b"".join(response.streaming_content)


def key_of(row: App | Job) -> Key:
    return Key(row.tenant.namespace, row.kind, row.name)


def put_pod(cluster: FakeCluster, row: App | Job, name: str, **status: Any) -> Ref:
    """Store a pod of a workload as its controller would."""
    manifest = manifests_of(row)[0]
    metadata = manifest["spec"]["template"]["metadata"] | {
        "name": name,
        "namespace": row.tenant.namespace,
    }
    spec = manifest["spec"]["template"]["spec"] | {"nodeName": "laptop"}
    cluster.put(
        {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status}
    )
    return Ref("Pod", name, row.tenant.namespace)


RUNNING = {
    "phase": "Running",
    "containerStatuses": [
        {
            "name": "main",
            "ready": True,
            "restartCount": 0,
            "state": {"running": {"startedAt": "2026-01-01T10:00:00Z"}},
        }
    ],
}
FAILED = {
    "phase": "Failed",
    "containerStatuses": [
        {
            "name": "main",
            "state": {
                "terminated": {
                    "exitCode": 1,
                    "reason": "Error",
                    "message": "ValueError: no data\n",
                    "startedAt": "2026-01-01T10:00:00Z",
                    "finishedAt": "2026-01-01T10:01:00Z",
                }
            },
        }
    ],
}
