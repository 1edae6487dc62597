"""When a Job goes on, is complete or has failed. Pure."""

from __future__ import annotations

import time
from dataclasses import dataclass

from console.cluster.local.meta import holds, is_finished, is_leaving, seconds
from console.cluster.objects import Manifest

INDEX = "batch.kubernetes.io/job-completion-index"
MOST_BACK_OFF = 360.0


@dataclass(frozen=True, slots=True)
class Pods:
    """The pods of a Job by how they stand."""

    active: list[Manifest]
    succeeded: list[Manifest]
    failed: list[Manifest]

    def complete(self, job: Manifest) -> bool:
        """Tell whether enough have succeeded."""
        completions = job["spec"].get("completions")
        if completions is None:
            # A work queue: one success says that the work is done, once the others have ended too.
            return bool(self.succeeded) and not self.active
        return len(self.done(job)) >= int(completions)

    def done(self, job: Manifest) -> set[str]:
        """Return what is done: indexes, or the pods themselves where they are all alike."""
        if is_indexed(job):
            return {_index(pod) for pod in self.succeeded}
        return {pod["metadata"]["uid"] for pod in self.succeeded}

    def free_indexes(self, job: Manifest, count: int) -> list[int | None]:
        """Return the indexes of the next pods; None each where they are all alike."""
        if not is_indexed(job):
            return [None] * count
        taken = self.done(job) | {_index(pod) for pod in self.active}
        free = (n for n in range(job["spec"]["completions"]) if str(n) not in taken)
        return [number for number, _ in zip(free, range(count), strict=False)]


def sort_pods(pods: list[Manifest]) -> Pods:
    """Sort the pods of a Job; one that is told to leave counts for nothing, however it ends."""
    phases: dict[str, list[Manifest]] = {"Succeeded": [], "Failed": []}
    active: list[Manifest] = []
    for pod in sorted(pods, key=lambda pod: str(pod["metadata"]["creationTimestamp"])):
        if is_leaving(pod):
            continue
        if is_finished(pod):
            phases[pod["status"]["phase"]].append(pod)
        else:
            active.append(pod)
    return Pods(active, phases["Succeeded"], phases["Failed"])


def is_indexed(job: Manifest) -> bool:
    """Tell whether each pod has a part of its own."""
    return bool(job["spec"].get("completionMode") == "Indexed")


def finished(job: Manifest) -> bool:
    """Tell whether a Job is over."""
    return holds(job, "Complete") or holds(job, "Failed")


def wanted_active(job: Manifest, pods: Pods) -> int:
    """Return how many pods should run now."""
    spec = job["spec"]
    parallelism = int(spec.get("parallelism", 1))
    completions = spec.get("completions")
    if completions is None and "parallelism" not in spec:
        completions = 1
    if completions is None:
        return len(pods.active) if pods.succeeded else parallelism
    return min(parallelism, int(completions) - len(pods.done(job)))


def failure(job: Manifest, pods: Pods) -> tuple[str, str] | None:
    """Return the reason and the message if the Job has failed."""
    spec = job["spec"]
    allowed = spec.get("activeDeadlineSeconds")
    if allowed is not None and time.time() >= seconds(job["status"]["startTime"]) + allowed:
        return "DeadlineExceeded", "Job was active longer than specified deadline"
    limit = spec.get("backoffLimit", 6)
    restarts = sum(_restarts(pod) for pod in [*pods.active, *pods.failed])
    if len(pods.failed) > limit or (restarts and restarts >= max(limit, 1) and _restarting(spec)):
        return "BackoffLimitExceeded", "Job has reached the specified backoff limit"
    return None


def back_off(pods: Pods, delay: float) -> float:
    """Return seconds until the next pod may follow the failed ones; doubles with each failure."""
    if not pods.failed:
        return 0.0
    wait = min(delay * 2.0 ** (len(pods.failed) - 1), MOST_BACK_OFF)
    return max(max(_ended(pod) for pod in pods.failed) + wait - time.time(), 0.0)


def write_counts(status: Manifest, pods: list[Manifest]) -> None:
    """Write how many pods run, have succeeded and have failed; nothing is ever forgotten."""
    sorted_pods = sort_pods(pods)
    status["active"] = len(sorted_pods.active)
    status["ready"] = sum(holds(pod, "Ready") for pod in sorted_pods.active)
    status["succeeded"] = max(len(sorted_pods.succeeded), status.get("succeeded", 0))
    status["failed"] = max(len(sorted_pods.failed), status.get("failed", 0))


def _restarting(spec: Manifest) -> bool:
    return bool(spec["template"]["spec"].get("restartPolicy") == "OnFailure")


def _index(pod: Manifest) -> str:
    return str(pod["metadata"].get("annotations", {}).get(INDEX, ""))


def _restarts(pod: Manifest) -> int:
    statuses = pod.get("status", {}).get("containerStatuses", [])
    return sum(status.get("restartCount", 0) for status in statuses)


def _ended(pod: Manifest) -> float:
    """Return when the last container of a pod ended."""
    statuses = pod["status"].get("containerStatuses", [])
    ends = [
        seconds(status["state"]["terminated"].get("finishedAt"))
        for status in statuses
        if status.get("state", {}).get("terminated")
    ]
    return max(ends, default=0.0)
