"""Objects as an API server returns them, decoded as the console decodes them."""

from __future__ import annotations

from typing import Any

import msgspec

from console.cluster.objects import Deployment, Event, Job, Pod

START, END = "2026-01-01T10:00:00Z", "2026-01-01T10:05:00Z"


def pod(
    name: str = "web-5d9f-abcde",
    *,
    state: dict[str, Any] | None = None,
    last: dict[str, Any] | None = None,
    phase: str = "Running",
    ready: bool = False,
    restarts: int = 0,
    template: str = "new",
    ending: bool = False,
    status: dict[str, Any] | None = None,
    node: str = "laptop",
) -> Pod:
    container = {
        "name": "main",
        "image": "team/web:1",
        "ready": ready,
        "restartCount": restarts,
        "state": state or {},
        "lastState": last or {},
    }
    metadata = {
        "name": name,
        "namespace": "tenant-team-a",
        "creationTimestamp": START,
        "annotations": {"moonbase.dev/template": template},
        **({"deletionTimestamp": END} if ending else {}),
    }
    limits = {"cpu": "500m", "memory": "512Mi"}
    spec = {
        "nodeName": node,
        "containers": [{"name": "main", "image": "team/web:1", "resources": {"limits": limits}}],
    }
    told = {"phase": phase, "containerStatuses": [container] if state else [], **(status or {})}
    return msgspec.convert({"metadata": metadata, "spec": spec, "status": told}, Pod)


def running(name: str = "web-5d9f-abcde", **more: Any) -> Pod:
    return pod(name, state={"running": {"startedAt": START}}, ready=True, **more)


def waiting(reason: str, message: str = "", **more: Any) -> Pod:
    state = {"waiting": {"reason": reason, "message": message}}
    return pod(state=state, **{"phase": "Pending", **more})


def ended(code: int = 1, reason: str = "Error", message: str = "", **more: Any) -> dict[str, Any]:
    return {
        "terminated": {
            "exitCode": code,
            "reason": reason,
            "message": message,
            "startedAt": START,
            "finishedAt": END,
            **more,
        }
    }


def failed(name: str = "train-xyz12", **more: Any) -> Pod:
    return pod(name, state=ended(**more), phase="Failed")


def deployment(replicas: int = 2, **status: Any) -> Deployment:
    metadata = {"name": "web", "namespace": "tenant-team-a"}
    return msgspec.convert(
        {"metadata": metadata, "spec": {"replicas": replicas}, "status": status}, Deployment
    )


def job(condition: str = "", reason: str = "", *, spec: Any = None, **status: Any) -> Job:
    conditions = [
        {"type": condition, "status": "True", "reason": reason, "lastTransitionTime": END}
    ]
    data = {
        "metadata": {"name": "train", "namespace": "tenant-team-a"},
        "spec": spec or {},
        "status": {"startTime": START, "conditions": conditions if condition else [], **status},
    }
    return msgspec.convert(data, Job)


def events(kind: str, name: str, reason: str, message: str) -> dict[tuple[str, str], list[Event]]:
    return {(kind, name): [Event(reason=reason, message=message, type="Warning")]}
