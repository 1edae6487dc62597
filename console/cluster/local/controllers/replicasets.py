"""Keeps as many pods of a template as a ReplicaSet asks for."""

from __future__ import annotations

import time
from collections.abc import Iterable

from console.cluster.errors import ClusterError
from console.cluster.local.controllers.base import Place
from console.cluster.local.controllers.pods import create_pod, delete_pod
from console.cluster.local.events import EventRecorder
from console.cluster.local.meta import (
    condition,
    controller_of,
    drop_condition,
    holds,
    is_active,
    is_leaving,
    owned_by,
    seconds,
    set_condition,
)
from console.cluster.local.store import Store, Stored
from console.cluster.objects import Manifest

RETRY_SECONDS = 5.0


class ReplicaSetController:
    """Creates and deletes pods, and counts them."""

    def __init__(self, store: Store, events: EventRecorder) -> None:
        self._store = store
        self._events = events

    def interested(self, change: Stored) -> Iterable[Place]:
        """Look at ReplicaSets and at the owners of pods."""
        manifest = change.manifest
        namespace = manifest["metadata"].get("namespace", "")
        if manifest["kind"] == "ReplicaSet":
            return [(namespace, manifest["metadata"]["name"])]
        owner = controller_of(manifest) if manifest["kind"] == "Pod" else None
        return [(namespace, owner["name"])] if owner and owner["kind"] == "ReplicaSet" else []

    def reconcile(self, namespace: str, name: str) -> float | None:
        """Create or delete the difference, then write the counts."""
        replica_set = self._store.get("ReplicaSet", namespace, name)
        if replica_set is None or is_leaving(replica_set):
            return None
        dependents = self._store.dependents(replica_set["metadata"]["uid"])
        pods = [pod for pod in owned_by(replica_set, dependents, "Pod") if is_active(pod)]
        difference = replica_set["spec"].get("replicas", 1) - len(pods)
        failure = self._create(replica_set, difference)
        for pod in sorted(pods, key=_worth)[: max(-difference, 0)]:
            delete_pod(self._store, self._events, replica_set, pod)
        self._count(replica_set, failure)
        return RETRY_SECONDS if failure else self._until_available(replica_set, pods)

    def _create(self, replica_set: Manifest, count: int) -> str:
        """Create pods; return why one could not be."""
        labels = replica_set["spec"]["selector"]["matchLabels"]
        try:
            for _ in range(count):
                create_pod(self._store, self._events, replica_set, labels=labels)
        except ClusterError as error:
            self._events.warning(
                replica_set, "FailedCreate", f"Error creating: {error}", "replicaset-controller"
            )
            return str(error)
        return ""

    def _count(self, replica_set: Manifest, failure: str) -> None:
        metadata = replica_set["metadata"]
        dependents = self._store.dependents(metadata["uid"])
        pods = [pod for pod in owned_by(replica_set, dependents, "Pod") if is_active(pod)]
        slow = replica_set["spec"].get("minReadySeconds", 0)

        def write(copy: Manifest) -> None:
            status = copy.setdefault("status", {})
            status |= {
                "replicas": len(pods),
                "readyReplicas": sum(holds(pod, "Ready") for pod in pods),
                "availableReplicas": sum(_available_in(pod, slow) == 0 for pod in pods),
                "observedGeneration": copy["metadata"]["generation"],
            }
            if failure:
                set_condition(status, "ReplicaFailure", True, "FailedCreate", failure)
            elif status.get("conditions"):
                drop_condition(status, "ReplicaFailure")

        self._store.edit("ReplicaSet", metadata["namespace"], metadata["name"], write)

    def _until_available(self, replica_set: Manifest, pods: list[Manifest]) -> float | None:
        slow = replica_set["spec"].get("minReadySeconds", 0)
        waits = [_available_in(pod, slow) for pod in pods]
        return min((wait for wait in waits if wait), default=None)


def _available_in(pod: Manifest, slow: int) -> float | None:
    """Return seconds until a ready pod counts as available; None while it is not ready."""
    ready = condition(pod, "Ready")
    if not ready or ready["status"] != "True":
        return None
    return max(seconds(ready["lastTransitionTime"]) + slow - time.time(), 0.0) if slow else 0.0


def _worth(pod: Manifest) -> tuple[bool, bool, bool, float]:
    """Order pods for deletion: unassigned, pending, unready, and the youngest first."""
    status = pod.get("status", {})
    return (
        bool(pod["spec"].get("nodeName")),
        status.get("phase") == "Running",
        holds(pod, "Ready"),
        -seconds(pod["metadata"]["creationTimestamp"]),
    )
