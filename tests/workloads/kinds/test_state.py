"""How Apps and Jobs are, told from realistic objects: one row a situation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workloads.kinds.structs import (
    deployment,
    ended,
    events,
    failed,
    job,
    pod,
    running,
    waiting,
)
from workloads.kinds.app import state as app_state
from workloads.kinds.job import state as job_state
from workloads.kinds.observed import Wish, Word, moment
from workloads.kinds.pods import report
from workloads.models import State

TRACE = "Traceback (most recent call last):\n  File x\nKeyError: 'model'\n"
SCHEDULER = "0/3 nodes are available: 3 Insufficient cpu."
QUOTA = 'pods "web-1" is forbidden: exceeded quota: tenant, requested: cpu=2, limited: cpu=4'
REGISTRY = 'Failed to pull image "team/web:9": not found'
UNHEALTHY = "Readiness probe failed: HTTP probe failed with statuscode: 500"


def crashing(**more: Any) -> Any:
    return pod(
        state={"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}},
        last=ended(1, message=TRACE),
        restarts=4,
        **more,
    )


APPS: dict[str, tuple[Any, ...]] = {
    "not applied yet": (
        [None, []],
        (Word.PENDING, "", "It waits for the cluster to take it."),
    ),
    "all replicas ready": ([deployment(), [running(), running("b")]], (Word.RUNNING, "", "")),
    "no pod yet": ([deployment(), []], (Word.PENDING, "", "It waits for its first replica.")),
    "one is made": (
        [deployment(), [running(), waiting("ContainerCreating", name="b")]],
        (Word.STARTING, "", "1 of 2 ready."),
    ),
    "not ready yet": (
        [deployment(1), [pod(state={"running": {}})]],
        (Word.STARTING, "", "0 of 1 ready."),
    ),
    "crash with its last line": (
        [deployment(), [crashing()]],
        (
            Word.FAILED,
            "CrashLoopBackOff",
            "Restarted 4 times. Ended with exit code 1: “KeyError: 'model'”",
        ),
    ),
    "starting again after a crash": (
        [deployment(1), [pod(state={"running": {}}, last=ended(3), restarts=1)]],
        (Word.STARTING, "Error", "It starts again. Ended with exit code 3."),
    ),
    "starting again after the console": (
        [deployment(1), [pod(state={"running": {}}, last=ended(255, "NodeRestarted"))]],
        (Word.STARTING, "", "0 of 1 ready."),
    ),
    "killed for memory": (
        [deployment(1), [pod(state={"waiting": {"reason": "CrashLoopBackOff"}},
                             last=ended(137, "OOMKilled"), restarts=2)]],
        (
            Word.FAILED,
            "OOMKilled",
            "Restarted 2 times. Killed for using more memory than its limit of 512 MiB.",
        ),
    ),
    "ends although it should stay": (
        [deployment(1), [pod(state=ended(0, "Completed"))]],
        (Word.FAILED, "Completed", "Ended with exit code 0, but an App has to stay up."),
    ),
    "image with the registry's words": (
        [deployment(1), [waiting("ImagePullBackOff", "Back-off pulling image")],
         events("Pod", "web-5d9f-abcde", "Failed", REGISTRY)],
        (Word.PENDING, "ImagePullBackOff", f"The image team/web:1 can't be had: {REGISTRY}."),
    ),
    "image without events": (
        [deployment(1), [waiting("ErrImagePull", "unauthorized")]],
        (Word.PENDING, "ErrImagePull", "The image team/web:1 can't be had: unauthorized."),
    ),
    "configuration error": (
        [deployment(1), [waiting("CreateContainerConfigError", "image runs as root")]],
        (Word.FAILED, "CreateContainerConfigError", "image runs as root."),
    ),
    "nowhere to run": (
        [deployment(1), [pod(phase="Pending", node="", status={"conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
             "message": SCHEDULER}]})]],
        (Word.PENDING, "Unschedulable", f"No node fits: {SCHEDULER}"),
    ),
    "waits for a node": (
        [deployment(1), [pod(phase="Pending", node="")]],
        (Word.PENDING, "", "0 of 1 ready."),
    ),
    "a volume can't be mounted": (
        [deployment(1), [waiting("ContainerCreating")],
         events("Pod", "web-5d9f-abcde", "FailedMount", "claim volume-x not found")],
        (Word.PENDING, "FailedMount", "claim volume-x not found."),
    ),
    "quota refuses by condition": (
        [deployment(conditions=[{"type": "ReplicaFailure", "status": "True", "message": QUOTA}]),
         [running()]],
        (
            Word.DEGRADED,
            "FailedCreate",
            f"1 of 2 ready. The cluster refuses a replica: {QUOTA}.",
        ),
    ),
    "quota refuses by event": (
        [deployment(), [], events("ReplicaSet", "web-5d9f", "FailedCreate", QUOTA)],
        (Word.PENDING, "FailedCreate", f"The cluster refuses a replica: {QUOTA}."),
    ),
    "another App's refusal": (
        [deployment(), [], events("ReplicaSet", "web-api-5d9f", "FailedCreate", QUOTA)],
        (Word.PENDING, "", "It waits for its first replica."),
    ),
    "probe fails": (
        [deployment(), [running(), pod("b", state={"running": {}})],
         events("Pod", "b", "Unhealthy", UNHEALTHY)],
        (Word.DEGRADED, "Unhealthy", f"1 of 2 ready. {UNHEALTHY}."),
    ),
    "new revision fails, old serves": (
        [deployment(), [running("old", template="old"), running("o2", template="old"), crashing()]],
        (
            Word.DEGRADED,
            "CrashLoopBackOff",
            (
                "The new revision does not start, the one before it serves. "
                "Restarted 4 times. Ended with exit code 1: “KeyError: 'model'”"
            ),
        ),
    ),
    "rolling out": (
        [deployment(), [running(), running("o1", template="old"), running("o2", template="old")]],
        (Word.RUNNING, "RollingOut", "Rolling out: 1 of 2 run the new revision."),
    ),
    "ending replicas don't count": (
        [deployment(1), [running(), running("b", ending=True)]],
        (Word.RUNNING, "", ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize("situation", APPS)
def test_how_an_app_is(situation: str) -> None:
    given, (state, reason, message) = APPS[situation]
    found = app_state.observe(
        Wish(), given[0], given[1], given[2] if len(given) > 2 else {}, template="new"
    )
    assert (found.state, found.reason, found.message) == (state, reason, message)
    assert found.ready == sum(
        one.status.container_statuses[0].ready
        for one in given[1]
        if one.status.container_statuses and not one.metadata.deletion_timestamp
    )


@pytest.mark.parametrize(
    ("wish", "pods", "expected"),
    [
        (Wish(stopped=True), [running()], (Word.STOPPING, "", "Still ending: 1 replica.")),
        (
            Wish(stopped=True),
            [running(ending=True)],
            (Word.STOPPING, "", "Still ending: 1 replica."),
        ),
        (Wish(stopped=True), [], (Word.STOPPED, "", "")),
        (Wish(deleted=True), [running()], (Word.STOPPING, "Deleting", "It is being deleted.")),
        (
            Wish(sync_error="No Namespace."),
            [running()],
            (
                Word.DEGRADED,
                "NotApplied",
                "The last change has not reached the cluster: No Namespace.",
            ),
        ),
    ],
)
def test_what_the_row_wants_of_an_app_counts(
    wish: Wish, pods: list[Any], expected: tuple[Any, ...]
) -> None:
    found = app_state.observe(wish, deployment(1), pods, {}, template="new")
    assert (found.state, found.reason, found.message) == expected


LIMITED = {"activeDeadlineSeconds": 60, "backoffLimit": 3}
JOBS: dict[str, tuple[Any, ...]] = {
    "not applied yet": (
        [None, []],
        (Word.PENDING, "", "It waits for the cluster to take it."),
    ),
    "no pod yet": ([job(), []], (Word.PENDING, "", "It waits for its first pod.")),
    "running": ([job(active=1), [running("train-1")]], (Word.RUNNING, "", "")),
    "succeeded": (
        [job("Complete", succeeded=1), [pod(state=ended(0, "Completed"), phase="Succeeded")]],
        (Word.SUCCEEDED, "", ""),
    ),
    "failed once": (
        [job("Failed", "BackoffLimitExceeded", failed=1), [failed(message=TRACE)]],
        (Word.FAILED, "Error", "Ended with exit code 1: “KeyError: 'model'”"),
    ),
    "failed after retries": (
        [job("Failed", "BackoffLimitExceeded", failed=3, spec=LIMITED), [failed(code=137)]],
        (
            Word.FAILED,
            "Error",
            "All 3 tries failed. Ended by SIGKILL (exit code 137).",
        ),
    ),
    "failed and its pods are gone": (
        [job("Failed", "BackoffLimitExceeded", failed=1), []],
        (Word.FAILED, "BackoffLimitExceeded", "It failed."),
    ),
    "killed for memory": (
        [job("Failed", "BackoffLimitExceeded", failed=1), [failed(code=137, reason="OOMKilled")]],
        (Word.FAILED, "OOMKilled", "Killed for using more memory than its limit of 512 MiB."),
    ),
    "too slow": (
        [job("Failed", "DeadlineExceeded", failed=1, spec=LIMITED), []],
        (Word.FAILED, "DeadlineExceeded", "Ended at its timeout of 60 seconds."),
    ),
    "cut off": (
        [job("Failed", "BackoffLimitExceeded", failed=1),
         [failed(code=255, reason="NodeRestarted")]],
        (
            Word.FAILED,
            "NodeRestarted",
            "The console stopped while this Job ran; retry it.",
        ),
    ),
    "cut off, told by the pod": (
        [job("Failed", "BackoffLimitExceeded", failed=1),
         [pod(phase="Failed", status={"reason": "NodeRestarted"})]],
        (
            Word.FAILED,
            "NodeRestarted",
            "The console stopped while this Job ran; retry it.",
        ),
    ),
    "evicted": (
        [job("Failed", "BackoffLimitExceeded", failed=1),
         [pod(phase="Failed",
              status={"reason": "Evicted", "message": "The node was low on memory"})]],
        (Word.FAILED, "Evicted", "The node was low on memory."),
    ),
    "a retry runs": (
        [job(active=1, failed=1, spec=LIMITED), [failed(), running("train-2")]],
        (Word.RUNNING, "Error", "Retry 1 of 3 runs. Ended with exit code 1."),
    ),
    "waits to retry": (
        [job(failed=1, spec=LIMITED), [failed()]],
        (Word.PENDING, "Error", "Waits for retry 1 of 3. Ended with exit code 1."),
    ),
    "finishing": (
        [job(), [pod(state=ended(0, "Completed"), phase="Succeeded")]],
        (Word.RUNNING, "", "It is finishing."),
    ),
    "quota refuses": (
        [job(), [], events("Job", "train", "FailedCreate", QUOTA)],
        (Word.PENDING, "FailedCreate", f"Its pod is refused: {QUOTA}."),
    ),
    "image can't be had": (
        [job(active=1), [waiting("ErrImagePull", "unauthorized")]],
        (Word.PENDING, "ErrImagePull", "The image team/web:1 can't be had: unauthorized."),
    ),
    "being made": (
        [job(active=1), [waiting("ContainerCreating")]],
        (Word.STARTING, "ContainerCreating", "Its container is being made."),
    ),
    "some workers run": (
        [job(active=2, spec={"parallelism": 2}),
         [running("a"), waiting("ErrImagePull", "unauthorized")]],
        (
            Word.STARTING,
            "ErrImagePull",
            "1 of 2 workers run. The image team/web:1 can't be had: unauthorized.",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("situation", JOBS)
def test_how_a_job_is(situation: str) -> None:
    given, expected = JOBS[situation]
    found = job_state.observe(Wish(), given[0], given[1], given[2] if len(given) > 2 else {})
    assert (found.state, found.reason, found.message) == expected
    assert (found.finished_at is not None) == (found.state in ("succeeded", "failed"))


@pytest.mark.parametrize(
    ("wish", "left", "expected"),
    [
        (Wish(stopped=True), True, (Word.STOPPING, "Cancelled", "It is being cancelled.")),
        (Wish(stopped=True), False, (Word.STOPPED, "Cancelled", "It was cancelled.")),
        (Wish(deleted=True), True, (Word.STOPPING, "Deleting", "It is being deleted.")),
        (Wish(sync_error="No cluster."), False, (Word.PENDING, "NotApplied", "No cluster.")),
    ],
)
def test_what_the_row_wants_of_a_job_counts(
    wish: Wish, left: bool, expected: tuple[Any, ...]
) -> None:
    found = job_state.observe(wish, job() if left else None, [], {})
    assert (found.state, found.reason, found.message) == expected


def test_when_a_job_began_and_ended() -> None:
    found = job_state.observe(
        Wish(), job("Failed", "BackoffLimitExceeded", failed=1), [failed()], {}
    )
    assert found.started_at == moment("2026-01-01T10:00:00Z")
    assert found.finished_at == moment("2026-01-01T10:05:00Z")
    assert found.restarts == 1


def test_a_pod_that_a_signal_ended() -> None:
    found = report(failed(code=0, signal=15))
    assert found.message == "Ended by SIGTERM (exit code 143)."


def test_output_that_was_buffered_does_not_hide_the_error() -> None:
    found = report(failed(message=f"{TRACE}epoch 1\nepoch 2\n"))
    assert found.message == "Ended with exit code 1: “KeyError: 'model'”"
    assert report(failed(message="one\ntwo\n")).message == "Ended with exit code 1: “two”"


def test_a_container_that_never_started() -> None:
    found = report(failed(code=128, reason="StartError", message="exec: no such file"))
    assert (found.reason, found.message) == (
        "StartError",
        "It could not start: exec: no such file.",
    )


def test_the_words_are_those_of_the_model() -> None:
    assert {str(word) for word in Word} == set(State.values)


def test_a_time_that_can_not_be_read_is_none() -> None:
    assert moment("yesterday") is None
    assert moment(None) is None
