"""2,000 Jobs and 500 pods: lists and the observer stay fast."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.cluster import cache as cluster_cache
from console.cluster.cache import ClusterCache
from console.cluster.objects import KINDS
from console.cluster.protocol import Change
from tenants.models import Tenant, User
from tests.conftest import ApiOf
from tests.workloads.conftest import key_of
from workloads import quota
from workloads.models import Job, State
from workloads.sync import manifests_of, observe, recompute

pytestmark = pytest.mark.speed
JOBS, PODS = 2_000, 500
URL = "/api/v1/tenants/team-a/"


@pytest.fixture
def many(team_a: Tenant) -> list[Job]:
    """Return 2,000 Jobs, of which 500 run."""
    now, states = timezone.now(), [State.SUCCEEDED, State.FAILED, State.STOPPED]
    rows = [
        Job(
            tenant=team_a,
            name=f"job-{index}",
            image=f"team/train:{index % 7}",
            spec={"name": f"job-{index}", "image": f"team/train:{index % 7}"},
            created_by=f"user{index % 11}",
            created_at=now - timedelta(minutes=index),
            state=State.RUNNING if index < PODS else states[index % 3],
            cpu_milli=500,
            pod_count=1,
        )
        for index in range(JOBS)
    ]
    Job.objects.bulk_create(rows)
    return list(Job.objects.select_related("tenant").order_by("pk"))


@pytest.fixture
def crowded(many: list[Job]) -> ClusterCache:
    """Return a cache that holds a batch Job and a pod for each of the 500."""
    known = cluster_cache.cache()
    for index, row in enumerate(many[:PODS]):
        job = manifests_of(row)[0]
        metadata = job["metadata"] | {"resourceVersion": str(index + 1), "uid": f"u{index}"}
        _take(known, "Job", {"metadata": metadata, "spec": job["spec"]})
        pod = metadata | {"name": f"{row.name}-x"}
        status = {
            "phase": "Running",
            "containerStatuses": [{"name": "main", "ready": True, "state": {"running": {}}}],
        }
        _take(known, "Pod", {"metadata": pod, "spec": {"nodeName": "n"}, "status": status})
    return known


def _take(known: ClusterCache, kind: str, data: dict[str, Any]) -> None:
    item = msgspec.convert(data, KINDS[kind].struct)
    known._watchers[kind].shelf.take(Change("ADDED", item, "1"))  # type: ignore[arg-type]


def best_of(times: int, work: Callable[[], Any]) -> float:
    """Return the milliseconds that the fastest run worked; waiting for a core is not work."""
    spent = []
    for _ in range(times):
        began = time.thread_time()
        work()
        spent.append(time.thread_time() - began)
    return min(spent) * 1000


@pytest.mark.parametrize(
    ("path", "params", "count"),
    [
        ("jobs/", {}, JOBS),
        ("jobs/", {"filter": "state:failed job-1", "sort": "-name", "page": "2"}, None),
        ("jobs/", {"sort": "state", "page_size": "200"}, JOBS),
        ("apps/", {}, 0),
        ("pods/", {"sort": "-name"}, PODS),
    ],
)
def test_lists(
    *,
    path: str,
    params: dict[str, str],
    count: int | None,
    crowded: ClusterCache,
    api: ApiOf,
    bob: User,
) -> None:
    client = api(bob)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(f"{URL}{path}", params)
    assert response.status_code == 200
    assert len(queries) <= 8
    if count is not None:
        assert response.json()["count"] == count
    spent = best_of(7, lambda: client.get(f"{URL}{path}", params))
    limit = 50 if params.get("page_size") != "200" else 100
    assert spent <= limit, f"{spent:.0f} ms"


def test_the_quota_takes_one_query_a_kind(
    many: list[Job], team_a: Tenant, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        assert quota.used(team_a).cpu_milli == PODS * 500


def test_the_observer_reads_in_batches_and_rests_where_nothing_changed(
    many: list[Job], crowded: ClusterCache
) -> None:
    keys = [key_of(row) for row in many[:PODS]]
    recompute(keys)
    with CaptureQueriesContext(connection) as queries:
        spent = best_of(3, lambda: recompute(keys))
    assert len(queries) == 3 * -(-PODS // observe.BATCH)
    assert spent <= 250, f"{spent:.0f} ms"


def test_one_change_among_many_costs_one_update(many: list[Job], crowded: ClusterCache) -> None:
    keys = [key_of(row) for row in many[:PODS]]
    recompute(keys)
    Job.objects.filter(pk=many[3].pk).update(state=State.PENDING)
    with CaptureQueriesContext(connection) as queries:
        recompute(keys)
    assert sum(one["sql"].startswith("UPDATE") for one in queries) == 1
