"""Rows follow the cluster, and the cluster follows the rows."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from console.cluster.cache import ClusterCache
from console.cluster.errors import Invalid as Unacceptable
from console.cluster.objects import KINDS
from console.cluster.protocol import Change, Ref
from tenants.models import User
from tests.fakes import FakeCluster
from tests.workloads.conftest import (
    FAILED,
    RUNNING,
    Committed,
    item,
    key_of,
    put_pod,
    until,
)
from workloads import actions
from workloads.models import App, Job, State
from workloads.sync import dirty as dirty_module
from workloads.sync import observe, push, recompute, reconcile
from workloads.sync.dirty import Dirty
from workloads.sync.observe import Key

Facts = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> Facts:
    """Return what was published, in order."""
    told: Facts = []
    monkeypatch.setattr(observe, "publish", lambda *fact: told.append(fact))
    return told


def see(known: ClusterCache, ref: Ref) -> None:
    until(lambda: known.get(ref.kind, ref.namespace, ref.name))


def miss(known: ClusterCache, ref: Ref) -> None:
    until(lambda: known.get(ref.kind, ref.namespace, ref.name) is None)


def test_an_app_becomes_running_and_browsers_hear_once(
    web: App, cluster: FakeCluster, known: ClusterCache, facts: Facts
) -> None:
    for name in ("web-1", "web-2"):
        see(known, put_pod(cluster, web, name, **RUNNING))
    assert recompute([key_of(web)]) == []
    recompute([key_of(web)])
    web.refresh_from_db()
    assert (web.state, web.ready, web.message) == ("running", 2, "")
    assert facts == [
        (
            web.tenant.channel,
            "workload-changed",
            {"kind": "app", "name": "web", "state": "running", "ready": 2},
        )
    ]


def test_nothing_is_written_where_nothing_changed(
    web: App, known: ClusterCache, django_assert_num_queries: Any
) -> None:
    recompute([key_of(web)])
    with django_assert_num_queries(1):
        recompute([key_of(web)])


def test_an_intent_that_came_meanwhile_is_not_overwritten(
    web: App, bob: User, known: ClusterCache, facts: Facts
) -> None:
    rows = App.objects.filter(pk=web.pk)
    stale = rows.select_related("tenant").get()
    actions.stop_app(user=bob, app=web)
    assert observe._store([(stale, {"state": "running"})]) == []
    web.refresh_from_db()
    assert web.state == State.STOPPING


def test_a_job_fails_and_keeps_saying_why_when_its_pods_are_gone(
    train: Job, cluster: FakeCluster, known: ClusterCache, facts: Facts
) -> None:
    pod = put_pod(cluster, train, "train-1", **FAILED)
    see(known, pod)
    ref = Ref("Job", "train", train.tenant.namespace)
    cluster.set_status(
        ref,
        failed=1,
        conditions=[{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}],
    )
    until(lambda: item(known, ref).status.failed)
    recompute([key_of(train)])
    cluster.remove(pod)
    miss(known, pod)
    recompute([key_of(train)])
    train.refresh_from_db()
    assert train.state == State.FAILED
    assert train.message == "Ended with exit code 1: “ValueError: no data”"
    assert train.started_at is not None
    assert train.finished_at is not None
    assert [fact[2]["state"] for fact in facts] == ["failed"]


def test_a_deleted_workload_goes_when_its_objects_have(
    *,
    web: App,
    bob: User,
    cluster: FakeCluster,
    known: ClusterCache,
    committed: Committed,
    facts: Facts,
) -> None:
    pod = put_pod(cluster, web, "web-1", **RUNNING)
    see(known, pod)
    with committed():
        actions.delete_app(user=bob, app=web)
    recompute([key_of(web)])
    assert App.objects.filter(pk=web.pk).exists()
    cluster.remove(pod)
    miss(known, pod)
    miss(known, Ref("Deployment", "web", web.tenant.namespace))
    recompute([key_of(web)])
    assert not App.objects.filter(pk=web.pk).exists()
    assert facts[-1][1:] == ("workload-gone", {"kind": "app", "name": "web"})


def test_a_cancelled_job_is_stopped_when_it_has_gone(
    train: Job, bob: User, known: ClusterCache, committed: Committed
) -> None:
    see(known, Ref("Job", "train", train.tenant.namespace))
    with committed():
        actions.cancel_job(user=bob, job=train)
    miss(known, Ref("Job", "train", train.tenant.namespace))
    recompute([key_of(train)])
    train.refresh_from_db()
    assert (train.state, train.reason) == ("stopped", "Cancelled")


def test_a_retry_waits_until_the_older_attempt_has_gone(
    train: Job, cluster: FakeCluster, known: ClusterCache
) -> None:
    ref = Ref("Job", "train", train.tenant.namespace)
    see(known, ref)
    Job.objects.filter(pk=train.pk).update(attempt=2)
    assert [row.pk for row in recompute([key_of(train)])] == [train.pk]
    push(train)
    until(lambda: item(known, ref).metadata.labels["moonbase.dev/attempt"] == "2")
    assert recompute([key_of(train)]) == []


def test_a_late_cache_does_not_make_a_running_job_pending(
    train: Job, cluster: FakeCluster, known: ClusterCache
) -> None:
    started = "2026-01-01T10:00:00+00:00"
    Job.objects.filter(pk=train.pk).update(state="running", started_at=started)
    ref = Ref("Job", "train", train.tenant.namespace)
    see(known, ref)
    cluster.remove(ref)
    miss(known, ref)
    recompute([key_of(train)])
    train.refresh_from_db()
    assert train.state == State.RUNNING


def test_all_rows_leave_out_what_has_ended(web: App, train: Job) -> None:
    Job.objects.filter(pk=train.pk).update(state=State.SUCCEEDED)
    assert [row.pk for rows in observe.all_rows() for row in rows] == [web.pk]


def test_a_failed_push_is_tried_again_later_and_later(
    web: App, cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "_patience", reconcile.Patience())
    App.objects.update(sync_error="It failed.")
    tries: list[int] = []

    def refused(row: App) -> Exception:
        tries.append(row.pk)
        return Unacceptable("No good.")

    monkeypatch.setattr(reconcile, "push", refused)
    now = 1_000.0
    for at in (0.0, 1.0, 6.0, 10.0, 17.0):
        reconcile._push_all(reconcile._unfinished_business(), now + at)
    assert len(tries) == 3


def test_a_cluster_that_is_away_is_asked_once_and_recovery_is_quick(
    web: App, train: Job, cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "_patience", reconcile.Patience())
    with cluster.failing():
        assert push(web) is not None
        push(train)
        cluster.actors.clear()
        reconcile._push_all(reconcile._unfinished_business(), 0.0)
    reconcile._push_all(reconcile._unfinished_business(), 5.0)
    assert not App.objects.exclude(sync_error="").exists()
    assert not Job.objects.exclude(sync_error="").exists()


def test_at_start_everything_that_should_exist_is_applied(
    web: App, train: Job, cluster: FakeCluster, namespace: str
) -> None:
    cluster.remove(Ref("Deployment", "web", namespace))
    cluster.remove(Ref("Job", "train", namespace))
    reconcile.at_start()
    assert cluster.names("Deployment", namespace) == ["web"]
    assert cluster.names("Job", namespace) == ["train"]


def test_drift_is_mended(
    web: App, train: Job, cluster: FakeCluster, known: ClusterCache, namespace: str
) -> None:
    see(known, Ref("Service", "web", namespace))
    see(known, Ref("Deployment", "web", namespace))
    see(known, Ref("Job", "train", namespace))
    assert list(reconcile._drifted()) == []
    cluster.remove(Ref("Service", "web", namespace))
    miss(known, Ref("Service", "web", namespace))
    assert [row.name for row in reconcile._drifted()] == ["web"]
    looked: list[bool] = []
    reconcile._next_drift = 0.0
    reconcile.again(lambda: looked.append(True))
    assert cluster.names("Service", namespace) == ["web"]
    assert looked == [True]


def test_an_autoscaler_is_no_drift(
    web: App, bob: User, cluster: FakeCluster, known: ClusterCache, committed: Committed
) -> None:
    spec = {"image": "team/web:1", "autoscale": {"min": 1, "max": 5}}
    with committed():
        app = actions.change_app(user=bob, app=web, data=spec)
    ref = Ref("Deployment", "web", web.tenant.namespace)
    deployment = cluster.get(ref)
    cluster.put(deployment | {"spec": deployment["spec"] | {"replicas": 4}})
    until(lambda: item(known, ref).spec.replicas == 4)
    assert list(reconcile._drifted()) == []
    push(app)
    assert cluster.get(ref)["spec"]["replicas"] == 4


def test_what_is_dirty_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dirty_module, "MOST", 3)
    dirty = Dirty()
    for index in range(3):
        dirty.add(Key("n", "app", f"a{index}"))
    assert dirty.wait(0)
    assert dirty.take() == ({Key("n", "app", f"a{index}") for index in range(3)}, False)
    for index in range(5):
        dirty.add(Key("n", "app", f"a{index}"))
    assert dirty.take() == (set(), True)
    assert not dirty.wait(0)


def test_which_workload_a_change_is_about(
    web: App, cluster: FakeCluster, known: ClusterCache
) -> None:
    pod = put_pod(cluster, web, "web-1", **RUNNING)
    see(known, pod)
    namespace = web.tenant.namespace
    for about, expected in (
        (("Pod", "web-1"), key_of(web)),
        (("Deployment", "web"), key_of(web)),
        (("Job", "train"), Key(namespace, "job", "train")),
        (("Pod", "unknown"), None),
        (("Node", "laptop"), None),
    ):
        event = {"involvedObject": {"kind": about[0], "name": about[1]}}
        assert dirty_module.key_of("Event", _change("Event", namespace, event)) == expected
    found = known.get("Pod", namespace, "web-1")
    assert dirty_module.key_of("Pod", Change("ADDED", found, "1")) == key_of(web)
    assert dirty_module.key_of("Pod", Change("BOOKMARK", None, "1")) is None


def _change(kind: str, namespace: str, data: dict[str, Any]) -> Change:
    found = msgspec.convert({"metadata": {"namespace": namespace}, **data}, KINDS[kind].struct)
    return Change("ADDED", found, "1")  # type: ignore[arg-type]
