"""Gives pods to the node: what fits, the important ones first."""

from __future__ import annotations

from collections.abc import Iterable

from console.cluster.local.controllers.base import Place
from console.cluster.local.events import EventRecorder
from console.cluster.local.meta import (
    condition,
    is_active,
    is_finished,
    is_leaving,
    name_of,
    set_condition,
)
from console.cluster.local.resources import (
    Amounts,
    added,
    amounts,
    pod_requests,
    priority,
    shortfalls,
    total,
)
from console.cluster.local.store import Store, Stored
from console.cluster.objects import Manifest

_PASS = ("", "all")


class Scheduler:
    """One pass over all pending pods whenever something was asked for or let go."""

    def __init__(self, store: Store, events: EventRecorder, node: str) -> None:
        self._store = store
        self._events = events
        self._node = node

    def interested(self, change: Stored) -> Iterable[Place]:
        """Look when a pod waits or ends, and when a claim or the node changes."""
        manifest = change.manifest
        if manifest["kind"] in {"Node", "PersistentVolumeClaim"}:
            return [_PASS]
        if manifest["kind"] != "Pod":
            return []
        waits = not manifest["spec"].get("nodeName")
        return [_PASS] if waits or change.type == "DELETED" or is_finished(manifest) else []

    def reconcile(self, namespace: str, name: str) -> float | None:  # noqa: ARG002 - one key
        """Bind every pending pod that fits; tell the others why not."""
        pods = self._store.all("Pod")
        pending = [pod for pod in pods if not pod["spec"].get("nodeName") and is_active(pod)]
        if not pending:
            return None
        used = total(pod for pod in pods if pod["spec"].get("nodeName") and not is_finished(pod))
        capacity = self._capacity()
        pending.sort(key=lambda pod: (-priority(pod), pod["metadata"]["creationTimestamp"]))
        for pod in pending:
            wanted = pod_requests(pod)
            problem = self._problem(pod, wanted, used, capacity)
            if problem:
                self._refuse(pod, problem)
            else:
                self._bind(pod)
                used = added(used, wanted)
        return None

    def _capacity(self) -> Amounts:
        node = self._store.get("Node", "", self._node)
        return amounts(node["status"]["allocatable"]) if node else {}

    def _problem(self, pod: Manifest, wanted: Amounts, used: Amounts, capacity: Amounts) -> str:
        """Return why the pod can't run now, in Kubernetes' words; "" if it can."""
        for claim in _claims(pod):
            found = self._store.get("PersistentVolumeClaim", pod["metadata"]["namespace"], claim)
            if found is None or is_leaving(found):
                return f'persistentvolumeclaim "{claim}" not found.'
        selector = pod["spec"].get("nodeSelector") or {}
        node = self._store.get("Node", "", self._node)
        labels = node["metadata"].get("labels", {}) if node else {}
        if any(labels.get(label) != value for label, value in selector.items()):
            return "1 node(s) didn't match Pod's node affinity/selector."
        missing = shortfalls(wanted, used, capacity)
        return ", ".join(f"1 {text}" for text in missing) + "." if missing else ""

    def _refuse(self, pod: Manifest, problem: str) -> None:
        message = f"0/1 nodes are available: {problem}"
        if (condition(pod, "PodScheduled") or {}).get("message") == message:
            return
        self._edit(pod, False, "Unschedulable", message)
        self._events.warning(pod, "FailedScheduling", message, "default-scheduler")

    def _bind(self, pod: Manifest) -> None:
        namespace, name = name_of(pod)
        if self._edit(pod, True, "", ""):
            message = f"Successfully assigned {namespace}/{name} to {self._node}"
            self._events.normal(pod, "Scheduled", message, "default-scheduler")

    def _edit(self, pod: Manifest, fits: bool, reason: str, message: str) -> Manifest | None:
        def write(copy: Manifest) -> None:
            if fits:
                copy["spec"]["nodeName"] = self._node
            status = copy.setdefault("status", {"phase": "Pending"})
            set_condition(status, "PodScheduled", fits, reason, message)

        return self._store.edit("Pod", *name_of(pod), write, uid=pod["metadata"]["uid"])


def _claims(pod: Manifest) -> list[str]:
    volumes = pod["spec"].get("volumes") or ()
    return [
        volume["persistentVolumeClaim"]["claimName"]
        for volume in volumes
        if volume.get("persistentVolumeClaim")
    ]
