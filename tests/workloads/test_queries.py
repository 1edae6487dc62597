"""What pages and API read of workloads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from console.cluster.cache import ClusterCache
from console.errors import NotFound
from tenants.models import Tenant, User
from tests.factories import JobFactory, VolumeFactory
from tests.fakes import FakeCluster
from tests.workloads.conftest import FAILED, RUNNING, put_pod, until
from workloads import actions, queries, quota
from workloads.models import App, Job, State


def put_event(cluster: FakeCluster, namespace: str, name: str, about: str, **more: Any) -> None:
    kind, _, of = about.partition(" ")
    metadata = {"name": name, "namespace": namespace}
    involved = {"kind": kind, "name": of, "namespace": namespace}
    event = {"kind": "Event", "metadata": metadata, "involvedObject": involved} | more
    cluster.put(event)


def test_replicas_of_an_app_say_whether_they_are_new(
    web: App, cluster: FakeCluster, known: ClusterCache, bob: User
) -> None:
    put_pod(cluster, web, "web-old", **RUNNING)
    changed = actions.change_app(user=bob, app=web, data={"image": "team/web:2", "replicas": 2})
    put_pod(cluster, changed, "web-new", **RUNNING)
    until(lambda: len(known.list("Pod", web.tenant.namespace)) == 2)
    found = {pod.name: pod for pod in queries.pods_of(changed)}
    assert {name: pod.revision_is_current for name, pod in found.items()} == {
        "web-old": False,
        "web-new": True,
    }
    assert (found["web-new"].state, found["web-new"].node) == ("running", "laptop")


def test_events_of_a_workload_are_its_own(
    web: App, train: Job, cluster: FakeCluster, known: ClusterCache
) -> None:
    namespace = web.tenant.namespace
    put_pod(cluster, web, "web-1", **RUNNING)
    put_event(cluster, namespace, "e1", "Pod web-1", reason="Pulled", message="It is there.",
              lastTimestamp="2026-01-01T10:00:00Z")  # fmt: skip
    put_event(cluster, namespace, "e2", "Deployment web", reason="Scaled", count=3,
              lastTimestamp="2026-01-01T11:00:00Z")  # fmt: skip
    put_event(cluster, namespace, "e3", "Job train", reason="Created")
    until(lambda: len(known.list("Event", namespace)) == 3)
    until(lambda: known.get("Pod", namespace, "web-1"))
    found = queries.events_of(web)
    assert [(one.object, one.reason, one.count) for one in found] == [
        ("Deployment web", "Scaled", 3),
        ("Pod web-1", "Pulled", 1),
    ]
    assert [one.reason for one in queries.events_of(train)] == ["Created"]


def test_a_pod_is_looked_up_in_its_tenant_only(
    train: Job, cluster: FakeCluster, known: ClusterCache, team_b: Tenant
) -> None:
    put_pod(cluster, train, "train-1", **FAILED)
    until(lambda: known.get("Pod", train.tenant.namespace, "train-1"))
    assert queries.pod_in(train.tenant, "train-1").exit_code == 1
    assert (queries.pods_of(train)[0].attempt, queries.pods_of(train)[0].workload) == (1, "train")
    with pytest.raises(NotFound):
        queries.pod_in(team_b, "train-1")
    with pytest.raises(NotFound):
        queries.log_of(team_b, "train-1")


def test_what_failed_lately_comes_first(team_a: Tenant, team_b: Tenant) -> None:
    JobFactory(tenant=team_a, name="fine", state=State.SUCCEEDED)
    JobFactory(tenant=team_a, name="quiet", state=State.PENDING)
    JobFactory(tenant=team_b, name="foreign", state=State.FAILED, message="It failed.")
    for name in ("older", "newer"):
        JobFactory(tenant=team_a, name=name, state=State.FAILED, message="It failed.")
    assert [row.name for row in queries.recent_failures(team_a)] == ["newer", "older"]
    assert [row.name for row in queries.recent_failures(team_a, 1)] == ["newer"]


def test_manifests_are_as_kubectl_takes_them(web: App) -> None:
    listed = json.loads(queries.manifests_text(web))
    assert listed["kind"] == "List"
    assert listed["items"] == queries.manifests_of(web)


def test_who_mounts_a_volume(team_a: Tenant, bob: User) -> None:
    volume = VolumeFactory(tenant=team_a, name="data")
    mounts = [{"volume": "data", "path": "/data"}]
    actions.create_app(
        user=bob, tenant=team_a, data={"name": "web", "image": "x", "mounts": mounts}
    )
    actions.create_job(
        user=bob, tenant=team_a, data={"name": "train", "image": "x", "mounts": mounts}
    )
    assert queries.mounting(volume) == ["App “web”", "Job “train”"]
    assert queries.mounting(VolumeFactory(tenant=team_a, name="other")) == []


def test_usage_has_every_resource(web: App, team_a: Tenant) -> None:
    VolumeFactory(tenant=team_a, size_bytes=2**30)
    found = {line.resource.word: line for line in quota.usage(team_a)}
    assert (found["cpu"].used_text, found["cpu"].limit_text, found["cpu"].percent) == ("1", "4", 25)
    assert found["storage"].used_text == "1 GiB"
    assert found["gpu"].percent == 0
    assert found["pods"].left == 98
    assert found["memory"].left_text == "7 GiB"


def test_a_kind_that_there_is_not(team_a: Tenant, bob: User) -> None:
    with pytest.raises(NotFound):
        queries.workload_for(bob, team_a, "spark", "x")
