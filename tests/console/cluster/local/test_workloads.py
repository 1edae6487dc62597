"""The less travelled ways of Deployments, Jobs and volumes."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.cluster.errors import NotFound
from tests.contracts.programs import Programs, config_map, deployment, job, pod
from tests.contracts.space import Space, finished, is_ready


def _secret(name: str, **data: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}


def test_recreate_never_runs_two_revisions(space: Space, programs: Programs) -> None:
    strategy = {"type": "Recreate"}
    space.apply(deployment("web", programs.sleeps(), replicas=2, strategy=strategy))
    space.until_ready("web", 2)
    version = space.cluster.list("Pod").resource_version
    changed = programs.sleeps(env=[{"name": "A", "value": "1"}])
    space.apply(deployment("web", changed, replicas=2, strategy=strategy))
    space.until_ready("web", 2)
    types = [
        change.type
        for change in space.cluster.watch("Pod", resource_version=version, timeout=0.1)
        if change.type in {"ADDED", "DELETED"}
    ]
    assert types == ["DELETED", "DELETED", "ADDED", "ADDED"]


def test_a_paused_deployment_scales_but_does_not_roll(space: Space, programs: Programs) -> None:
    space.apply(deployment("web", programs.sleeps(), replicas=1))
    space.until_ready("web", 1)
    old = space.pods("web")[0].metadata.uid
    changed = programs.sleeps(env=[{"name": "A", "value": "1"}])
    space.apply(deployment("web", changed, replicas=1, paused=True))
    space.until("Deployment", lambda items: items[0].status.observed_generation >= 2)
    assert [item.metadata.uid for item in space.pods("web")] == [old]
    space.apply(deployment("web", changed, replicas=1, paused=False))
    space.until("Pod", lambda pods: old not in {item.metadata.uid for item in pods})
    space.until_ready("web", 1)


def test_old_revisions_are_forgotten(space: Space, programs: Programs) -> None:
    for number in range(4):
        container = programs.sleeps(env=[{"name": "N", "value": str(number)}])
        space.apply(deployment("web", container, revisionHistoryLimit=1))
        space.until_ready("web", 1)
    space.until("ReplicaSet", lambda sets: len(sets) == 2)
    revision = space.get("Deployment", "web")["metadata"]["annotations"]
    assert revision["deployment.kubernetes.io/revision"] == "4"


def test_slow_pods_count_as_available_later(space: Space, programs: Programs) -> None:
    space.apply(deployment("web", programs.sleeps(), minReadySeconds=2))
    space.until_pod("web", is_ready)
    status = space.get("Deployment", "web")["status"]
    assert status["availableReplicas"] == 0
    space.until("Deployment", lambda items: items[0].status.available_replicas == 1)


def test_a_finished_job_goes_when_its_time_is_over(space: Space, programs: Programs) -> None:
    space.apply(job("brief", programs.prints("x"), ttlSecondsAfterFinished=1))
    space.until_condition("Job", "brief", "Complete")
    space.until_gone("Job", "brief")
    space.until("Pod", lambda pods: not pods)


def test_suspending_a_running_job_ends_its_pods(space: Space, programs: Programs) -> None:
    space.apply(job("train", programs.sleeps(), parallelism=2, completions=2))
    space.until("Pod", lambda pods: sum(item.status.phase == "Running" for item in pods) == 2)
    space.apply(job("train", programs.sleeps(), parallelism=1, completions=2))
    space.until("Pod", lambda pods: len(pods) == 1)
    space.apply(job("train", programs.sleeps(), parallelism=1, completions=2, suspend=True))
    space.until("Pod", lambda pods: not pods)
    assert space.get("Job", "train")["status"].get("startTime") is None


def test_a_work_queue_is_done_when_one_has_succeeded(space: Space, programs: Programs) -> None:
    space.apply(job("queue", programs.prints("x"), parallelism=2))
    space.until_condition("Job", "queue", "Complete")
    assert space.get("Job", "queue")["status"]["succeeded"] >= 1


def test_files_of_secrets_and_parts_of_volumes(
    space: Space, programs: Programs, tmp_path: Path
) -> None:
    space.apply(_secret("keys", token="t0p", other="x"))
    container = programs.python(
        "import os\nprint(open('/keys/deep/name').read(), os.listdir('/keys'))"
        "\nprint(os.getcwd().endswith('/part'))",
        volumeMounts=[
            {"name": "keys", "mountPath": "/keys"},
            {"name": "scratch", "mountPath": "/scratch", "subPath": "part"},
        ],
        workingDir="/scratch",
    )
    items = [{"key": "token", "path": "deep/name"}]
    volumes = [
        {"name": "keys", "secret": {"secretName": "keys", "items": items}},
        {"name": "scratch", "emptyDir": {}},
    ]
    space.apply(pod("reader", container, volumes=volumes))
    space.until_pod("reader", finished)
    assert space.log("reader") == ["t0p ['deep']", "True"]
    left = [path.name for path in (tmp_path / "cluster/pods/team-a").glob("reader_*/*")]
    assert left == ["logs"]


@pytest.mark.parametrize("path", ["../../escape", "missing-key"])
def test_volumes_that_cannot_be_made_wait(space: Space, programs: Programs, path: str) -> None:
    key = "token" if path.startswith("..") else path
    source = {"name": "settings", "items": [{"key": key, "path": path}]}
    volumes = [{"name": "v", "configMap": source}]
    space.apply(pod("waits", programs.prints("x"), volumes=volumes))
    space.until("Event", lambda items: [e for e in items if "not found" in e.message])
    space.apply(config_map("settings", token="x"))
    space.until("Event", lambda items: [e for e in items if "has no file" in e.message])
    assert space.pods("waits")[0].status.phase == "Pending"
    with pytest.raises(NotFound):
        space.log("waits")
    space.delete("Pod", "waits", grace_seconds=0)
    space.until_gone("Pod", "waits")


def test_a_failing_startup_probe_restarts(space: Space, programs: Programs) -> None:
    probe = {"exec": {"command": ["false"]}, "periodSeconds": 1, "failureThreshold": 1}
    container = programs.sleeps(startupProbe=probe)
    space.apply(pod("slow", container, restart="Always"))
    status = space.until_container("slow", lambda item: item.restart_count >= 1)
    assert not status.ready
    events = space.cluster.list("Event", namespace=space.name).items
    assert any("Startup probe failed" in event.message for event in events)  # type: ignore[union-attr]
