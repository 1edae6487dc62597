"""What a Deployment says of itself: counts, and whether it is available and gets on."""

from __future__ import annotations

import time

from console.cluster.local.controllers.rollout import bounds
from console.cluster.local.meta import condition, drop_condition, now, seconds, set_condition
from console.cluster.local.store import Store
from console.cluster.objects import Manifest

DEADLINE_SECONDS = 600


def write_status(
    store: Store, deployment: Manifest, new: Manifest | None, sets: list[Manifest]
) -> float | None:
    """Write the status; return seconds until the progress deadline while a rollout goes on."""
    metadata = deployment["metadata"]
    name = metadata["name"]
    newest = next((item for item in sets if new and _name(item) == _name(new)), None)

    def write(copy: Manifest) -> None:
        status = copy.setdefault("status", {})
        before = dict(status)
        status |= _counts(copy, newest, sets)
        _write_available(copy, status)
        _write_failure(status, sets)
        if not copy["spec"].get("paused", False):
            _write_progress(copy, status, before, newest)

    stored = store.edit("Deployment", metadata["namespace"], name, write, uid=metadata["uid"])
    return _until_deadline(stored) if stored else None


def _counts(deployment: Manifest, newest: Manifest | None, sets: list[Manifest]) -> Manifest:
    replicas = _sum(sets, "replicas")
    available = _sum(sets, "availableReplicas")
    return {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": replicas,
        "updatedReplicas": _sum([newest] if newest else [], "replicas"),
        "readyReplicas": _sum(sets, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(max(replicas, _wanted(deployment)) - available, 0),
    }


def _write_available(deployment: Manifest, status: Manifest) -> None:
    least = _wanted(deployment) - bounds(deployment["spec"])[1]
    if status["availableReplicas"] >= max(least, 0):
        set_condition(
            status,
            "Available",
            True,
            "MinimumReplicasAvailable",
            "Deployment has minimum availability.",
        )
    else:
        set_condition(
            status,
            "Available",
            False,
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
        )


def _write_failure(status: Manifest, sets: list[Manifest]) -> None:
    failures = [found for item in sets if (found := condition(item, "ReplicaFailure"))]
    if failures:
        set_condition(
            status, "ReplicaFailure", True, failures[-1]["reason"], failures[-1]["message"]
        )
    else:
        drop_condition(status, "ReplicaFailure")


def _write_progress(
    deployment: Manifest, status: Manifest, before: Manifest, newest: Manifest | None
) -> None:
    """Write the Progressing condition; its update time is that of the last progress."""
    old = condition({"status": before}, "Progressing")
    name = _name(newest) if newest else deployment["metadata"]["name"]
    wanted = _wanted(deployment)
    complete = (
        status["updatedReplicas"] == status["replicas"] == wanted
        and status["availableReplicas"] == wanted
    )
    if complete:
        message = f'ReplicaSet "{name}" has successfully progressed.'
        _progressing(status, old, True, "NewReplicaSetAvailable", message)
    elif old is None or _moved(status, before) or name not in old.get("message", ""):
        message = f'ReplicaSet "{name}" is progressing.'
        _progressing(status, None, True, "ReplicaSetUpdated", message)
    elif old["reason"] == "NewReplicaSetAvailable":
        return
    elif _left(deployment, old) <= 0:
        message = f'ReplicaSet "{name}" has timed out progressing.'
        _progressing(status, old, False, "ProgressDeadlineExceeded", message)


def _progressing(
    status: Manifest, old: Manifest | None, goes_on: bool, reason: str, message: str
) -> None:
    set_condition(status, "Progressing", goes_on, reason, message)
    same = old is not None and (old["reason"], old.get("message")) == (reason, message)
    found = condition({"status": status}, "Progressing")
    if found is not None:
        found["lastUpdateTime"] = old["lastUpdateTime"] if old is not None and same else now()


def _moved(status: Manifest, before: Manifest) -> bool:
    """Tell whether replicas were updated, became ready or left since the last look."""
    ahead = ("updatedReplicas", "readyReplicas", "availableReplicas")
    old_now = status["replicas"] - status["updatedReplicas"]
    old_before = before.get("replicas", 0) - before.get("updatedReplicas", 0)
    return any(status[name] > before.get(name, 0) for name in ahead) or old_now < old_before


def _until_deadline(deployment: Manifest) -> float | None:
    progress = condition(deployment, "Progressing")
    if progress is None or progress["reason"] != "ReplicaSetUpdated":
        return None
    return max(_left(deployment, progress), 0.0) + 0.05


def _left(deployment: Manifest, progress: Manifest) -> float:
    allowed = deployment["spec"].get("progressDeadlineSeconds", DEADLINE_SECONDS)
    return float(seconds(progress.get("lastUpdateTime")) + allowed - time.time())


def _wanted(deployment: Manifest) -> int:
    return int(deployment["spec"].get("replicas", 1))


def _sum(sets: list[Manifest], field: str) -> int:
    return sum(item.get("status", {}).get(field, 0) for item in sets)


def _name(replica_set: Manifest) -> str:
    return str(replica_set["metadata"]["name"])
