"""What users do to Jobs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from console.cluster.protocol import Ref
from console.errors import Conflict, Invalid, QuotaExceeded, Refused
from tenants.models import AuditEntry, Tenant, User
from tests.fakes import FakeCluster
from tests.workloads.conftest import Committed
from workloads import actions
from workloads.kinds.parts import ATTEMPT
from workloads.models import Job, State
from workloads.sync import push


def end(job: Job, state: State) -> None:
    started = datetime(2026, 1, 1, tzinfo=UTC)
    Job.objects.filter(pk=job.pk).update(state=state, started_at=started, finished_at=started)


def test_creating_a_job(train: Job, cluster: FakeCluster, namespace: str) -> None:
    assert (train.state, train.attempt, train.pod_count) == ("pending", 1, 1)
    assert cluster.names("Job", namespace) == ["train"]
    entry = AuditEntry.objects.get(action="job.create")
    assert "canary-env" not in str(entry.after)
    assert entry.after["env.TOKEN"] == "(hidden)"


def test_bad_input_leaves_no_trace(team_a: Tenant, bob: User) -> None:
    with pytest.raises(Invalid) as caught:
        actions.create_job(user=bob, tenant=team_a, data={"name": "x", "retries": 99})
    assert set(caught.value.fields) == {"image", "retries"}
    assert not Job.objects.exists()
    assert not AuditEntry.objects.exists()


def test_cancelling(
    train: Job, bob: User, cluster: FakeCluster, namespace: str, committed: Committed
) -> None:
    with committed():
        assert actions.cancel_job(user=bob, job=train).state == State.STOPPING
    assert cluster.names("Job", namespace) == []
    end(train, State.STOPPED)
    with pytest.raises(Conflict, match="has ended already"):
        actions.cancel_job(user=bob, job=train)


def test_retrying_replaces_the_older_attempt(
    train: Job, bob: User, cluster: FakeCluster, namespace: str, committed: Committed
) -> None:
    with pytest.raises(Conflict, match="has not ended"):
        actions.retry_job(user=bob, job=train)
    end(train, State.FAILED)
    with committed():
        job = actions.retry_job(user=bob, job=train)
    assert (job.attempt, job.state, job.started_at) == (2, State.PENDING, None)
    labels = cluster.get(Ref("Job", "train", namespace))["metadata"]["labels"]
    assert labels[ATTEMPT] == "2"


def test_retrying_asks_the_quota_again(train: Job, bob: User, team_a: Tenant) -> None:
    end(train, State.FAILED)
    Tenant.objects.filter(pk=team_a.pk).update(cpu_milli=100)
    with pytest.raises(QuotaExceeded):
        actions.retry_job(user=bob, job=train)


def test_deleting(
    train: Job, bob: User, cluster: FakeCluster, namespace: str, committed: Committed
) -> None:
    with committed():
        actions.delete_job(user=bob, job=train)
    assert cluster.names("Job", namespace) == []
    with pytest.raises(Conflict):
        actions.retry_job(user=bob, job=train)


def test_a_viewer_is_refused(train: Job, vera: User) -> None:
    for act in (actions.cancel_job, actions.retry_job, actions.delete_job):
        with pytest.raises(Refused):
            act(user=vera, job=train)


def test_a_job_that_ran_and_is_lost_is_not_run_again(
    train: Job, cluster: FakeCluster, namespace: str
) -> None:
    Job.objects.filter(pk=train.pk).update(
        state=State.RUNNING, started_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    cluster.remove(Ref("Job", "train", namespace))
    push(train)
    train.refresh_from_db()
    assert (train.state, train.reason) == ("failed", "Interrupted")
    assert train.message == "The console stopped while this Job ran; retry it."
    assert cluster.names("Job", namespace) == []


def test_a_job_that_has_ended_is_left_alone(
    train: Job, cluster: FakeCluster, namespace: str
) -> None:
    end(train, State.SUCCEEDED)
    cluster.remove(Ref("Job", "train", namespace))
    push(train)
    assert cluster.names("Job", namespace) == []


def test_a_preview_tells_all_and_changes_nothing(
    team_a: Tenant, bob: User, namespace: str, cluster: FakeCluster
) -> None:
    data = {"name": "train", "image": "x", "resources": {"cpu": 5}}
    found = actions.preview(user=bob, tenant=team_a, kind="job", data=data)
    assert found.errors == {}
    assert found.spec is not None
    assert found.spec["resources"] == {"cpu": "5", "memory": "512Mi"}
    assert [manifest["kind"] for manifest in found.manifests] == ["Job"]
    assert found.refusal.startswith("Short by 1 CPU")
    assert {line.label: line.short for line in found.quota}["CPU"] == 1000
    assert found.changes[0].path == "name"
    assert not Job.objects.exists()
    assert cluster.names("Job", namespace) == []


def test_a_preview_of_bad_input_has_the_complaints(team_a: Tenant, bob: User) -> None:
    found = actions.preview(user=bob, tenant=team_a, kind="job", data={"name": "X"})
    assert set(found.errors) == {"name", "image"}
    assert found.manifests == []


def test_a_preview_of_a_change_shows_the_difference(web: Job, team_a: Tenant, bob: User) -> None:
    data = {"image": "team/web:2", "replicas": 2}
    found = actions.preview(user=bob, tenant=team_a, kind="app", data=data, app=web)  # type: ignore[arg-type]
    assert [(c.path, c.before, c.after) for c in found.changes] == [
        ("image", "team/web:1", "team/web:2")
    ]
    taken = actions.preview(user=bob, tenant=team_a, kind="app", data={"name": "web", "image": "x"})
    assert "is taken" in taken.errors["name"][0]


def test_a_preview_says_what_the_cluster_says(
    team_a: Tenant, bob: User, cluster: FakeCluster, namespace: str
) -> None:
    with cluster.failing():
        found = actions.preview(
            user=bob, tenant=team_a, kind="job", data={"name": "train", "image": "x"}
        )
    assert found.refusal == "The cluster does not answer."
