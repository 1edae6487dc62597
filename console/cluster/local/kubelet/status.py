"""The status of a pod, put together from its containers. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from console.cluster.local.meta import now, set_condition
from console.cluster.objects import Manifest


def waiting(reason: str, message: str = "") -> Manifest:
    """Return the state of a container that waits."""
    return {"waiting": {"reason": reason, "message": message}}


def running() -> Manifest:
    """Return the state of a container that has just started."""
    return {"running": {"startedAt": now()}}


def terminated(
    code: int, reason: str, *, message: str = "", started: str | None = None
) -> Manifest:
    """Return the state of a container that has just ended; above 128 it was a signal."""
    return {
        "terminated": {
            "exitCode": code,
            "signal": code - 128 if 128 < code < 160 else 0,
            "reason": reason,
            "message": message,
            "startedAt": started or now(),
            "finishedAt": now(),
        }
    }


def first(container: Manifest, initial: bool = False) -> Manifest:
    """Return the status of a container that has not been started."""
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": "",
        "ready": False,
        "started": False,
        "restartCount": 0,
        "state": waiting("PodInitializing" if initial else "ContainerCreating"),
        "lastState": {},
    }


def exit_code(status: Manifest) -> int | None:
    """Return how a container ended; None while it may go on."""
    ended = status["state"].get("terminated")
    return int(ended["exitCode"]) if ended else None


def phase(inits: Sequence[Manifest], mains: Sequence[Manifest], done: bool) -> str:
    """Return the phase; `done` says that nothing will be started again."""
    if done:
        codes = [exit_code(status) for status in [*inits, *mains]]
        return "Succeeded" if all(code == 0 for code in codes) else "Failed"
    begun = any(status["restartCount"] or _has_run(status) for status in mains)
    return "Running" if begun else "Pending"


def write(
    status: Manifest, inits: Sequence[Manifest], mains: Sequence[Manifest], *, done: bool
) -> None:
    """Write phase, conditions and containers into a pod's status."""
    status["phase"] = phase(inits, mains, done)
    status["containerStatuses"] = [dict(item) for item in mains]
    if inits:
        status["initContainerStatuses"] = [dict(item) for item in inits]
    prepared = all(exit_code(item) == 0 for item in inits)
    unready = [item["name"] for item in mains if not item["ready"]]
    why = ("", "")
    if done:
        why = ("PodCompleted", "") if status["phase"] == "Succeeded" else ("PodFailed", "")
    elif unready:
        why = ("ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]")
    blocked = [item["name"] for item in inits if exit_code(item) != 0]
    set_condition(
        status,
        "Initialized",
        prepared,
        "" if prepared else "ContainersNotInitialized",
        "" if prepared else f"containers with incomplete status: [{' '.join(blocked)}]",
    )
    ready = not unready and not done
    set_condition(status, "ContainersReady", ready, *why)
    set_condition(status, "Ready", ready, *why)


def _has_run(status: Manifest) -> bool:
    return bool(
        status["state"].get("running")
        or status["state"].get("terminated")
        or status["lastState"].get("terminated")
    )
