"""Runs Jobs to their end: so many completions, so many failures, so much time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from console.cluster.errors import ClusterError
from console.cluster.local.controllers.base import Place
from console.cluster.local.controllers.job_rules import (
    INDEX,
    Pods,
    back_off,
    failure,
    finished,
    sort_pods,
    wanted_active,
    write_counts,
)
from console.cluster.local.controllers.pods import create_pod, delete_pod
from console.cluster.local.deletion import begin
from console.cluster.local.events import EventRecorder
from console.cluster.local.meta import (
    controller_of,
    holds,
    is_leaving,
    now,
    owned_by,
    seconds,
    set_condition,
)
from console.cluster.local.store import Store, Stored
from console.cluster.objects import Manifest

COMPONENT = "job-controller"
RETRY_SECONDS = 5.0


class JobController:
    """Creates pods until enough have succeeded or too many have failed."""

    def __init__(self, store: Store, events: EventRecorder, retry_delay: float) -> None:
        self._store = store
        self._events = events
        self._retry_delay = retry_delay

    def interested(self, change: Stored) -> Iterable[Place]:
        """Look at Jobs and at the owners of pods."""
        manifest = change.manifest
        namespace = manifest["metadata"].get("namespace", "")
        if manifest["kind"] == "Job":
            return [(namespace, manifest["metadata"]["name"])]
        owner = controller_of(manifest) if manifest["kind"] == "Pod" else None
        return [(namespace, owner["name"])] if owner and owner["kind"] == "Job" else []

    def reconcile(self, namespace: str, name: str) -> float | None:
        """Take the next step of a Job."""
        job = self._store.get("Job", namespace, name)
        if job is None or is_leaving(job):
            return None
        pods = sort_pods(self._pods(job))
        if finished(job):
            return self._retire(job, pods)
        if job["spec"].get("suspend"):
            self._suspend(job, pods)
            return None
        if not job.get("status", {}).get("startTime") or holds(job, "Suspended"):
            job = self._start(job)
        why = failure(job, pods)
        if why:
            self._fail(job, pods, *why)
            return None
        again = self._run(job, pods)
        return _soonest(again, _deadline_in(job))

    def _pods(self, job: Manifest) -> list[Manifest]:
        dependents = self._store.dependents(job["metadata"]["uid"])
        return owned_by(job, dependents, "Pod")

    def _start(self, job: Manifest) -> Manifest:
        def write(copy: Manifest) -> None:
            status = copy.setdefault("status", {})
            status["startTime"] = now()
            if holds(copy, "Suspended"):
                set_condition(status, "Suspended", False, "JobResumed", "Job resumed")

        return self._edit(job, write) or job

    def _suspend(self, job: Manifest, pods: Pods) -> None:
        for pod in pods.active:
            delete_pod(self._store, self._events, job, pod)

        def write(copy: Manifest) -> None:
            status = copy.setdefault("status", {})
            status.pop("startTime", None)
            write_counts(status, self._pods(job))
            set_condition(status, "Suspended", True, "JobSuspended", "Job suspended")

        self._edit(job, write)

    def _run(self, job: Manifest, pods: Pods) -> float | None:
        """Create or delete pods; return seconds until the next may be created."""
        wanted = wanted_active(job, pods)
        for pod in pods.active[max(wanted, 0) :]:
            delete_pod(self._store, self._events, job, pod)
        missing = wanted - len(pods.active)
        wait = back_off(pods, self._retry_delay) if missing > 0 else 0.0
        problem = ""
        if missing > 0 and wait <= 0:
            problem = self._create(job, pods, missing)
        done = self._count(job)
        if done:
            self._events.normal(job, "Completed", "Job completed", COMPONENT)
        return RETRY_SECONDS if problem else wait or None

    def _create(self, job: Manifest, pods: Pods, count: int) -> str:
        """Create pods; return why one could not be."""
        try:
            for index in pods.free_indexes(job, count):
                self._create_one(job, index)
        except ClusterError as error:
            self._events.warning(job, "FailedCreate", f"Error creating: {error}", COMPONENT)
            return str(error)
        return ""

    def _create_one(self, job: Manifest, index: int | None) -> None:
        metadata = job["metadata"]
        labels = {
            "job-name": metadata["name"],
            "batch.kubernetes.io/job-name": metadata["name"],
            "batch.kubernetes.io/controller-uid": metadata["uid"],
        }
        if index is None:
            create_pod(self._store, self._events, job, labels=labels)
            return
        create_pod(
            self._store,
            self._events,
            job,
            stem=f"{metadata['name']}-{index}",
            labels={**labels, INDEX: str(index)},
            annotations={INDEX: str(index)},
            env={"JOB_COMPLETION_INDEX": str(index)},
        )

    def _count(self, job: Manifest) -> bool:
        """Write the counts; tell whether the Job is complete by them."""
        pods = self._pods(job)

        def write(copy: Manifest) -> None:
            status = copy.setdefault("status", {})
            write_counts(status, pods)
            if sort_pods(pods).complete(job):
                status["completionTime"] = now()
                message = "Reached expected number of succeeded pods"
                set_condition(status, "Complete", True, "CompletionsReached", message)

        stored = self._edit(job, write)
        return stored is not None and holds(stored, "Complete")

    def _fail(self, job: Manifest, pods: Pods, reason: str, message: str) -> None:
        for pod in pods.active:
            delete_pod(self._store, self._events, job, pod)

        def write(copy: Manifest) -> None:
            status = copy.setdefault("status", {})
            write_counts(status, self._pods(job))
            status["failed"] += len(pods.active)
            set_condition(status, "Failed", True, reason, message)

        self._edit(job, write)
        self._events.warning(job, reason, message, COMPONENT)

    def _retire(self, job: Manifest, pods: Pods) -> float | None:
        """End what still runs of a finished Job, and remove it when its time is over."""
        for pod in pods.active:
            delete_pod(self._store, self._events, job, pod)
        if job["status"].get("active"):
            self._edit(job, lambda copy: copy["status"].update(active=0, ready=0))
        lifetime = job["spec"].get("ttlSecondsAfterFinished")
        if lifetime is None:
            return None
        ended = next(c for c in job["status"]["conditions"] if c["type"] in {"Complete", "Failed"})
        left = float(seconds(ended["lastTransitionTime"]) + lifetime - time.time())
        if left <= 0:
            begin(self._store, job)
        return left if left > 0 else None

    def _edit(self, job: Manifest, write: Callable[[Manifest], None]) -> Manifest | None:
        metadata = job["metadata"]
        return self._store.edit(
            "Job", metadata["namespace"], metadata["name"], write, uid=metadata["uid"]
        )


def _deadline_in(job: Manifest) -> float | None:
    """Return seconds until the Job has run for too long."""
    allowed = job["spec"].get("activeDeadlineSeconds")
    if allowed is None:
        return None
    return float(seconds(job["status"]["startTime"]) + allowed - time.time()) + 0.01


def _soonest(*waits: float | None) -> float | None:
    return min((wait for wait in waits if wait is not None), default=None)
