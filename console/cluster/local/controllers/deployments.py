"""Rolls Deployments: one ReplicaSet a revision, never fewer pods serving than allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from console.cluster.local.controllers import rollout
from console.cluster.local.controllers.base import Place
from console.cluster.local.controllers.deployment_status import write_status
from console.cluster.local.controllers.rollout import HASH_LABEL, REVISION, Counts
from console.cluster.local.events import EventRecorder
from console.cluster.local.meta import (
    clone,
    controller_of,
    is_finished,
    is_leaving,
    name_of,
    owned_by,
    owner_reference,
)
from console.cluster.local.store import Store, Stored
from console.cluster.objects import Manifest

COMPONENT = "deployment-controller"
HISTORY = 10


class DeploymentController:
    """Makes ReplicaSets and moves replicas between them."""

    def __init__(self, store: Store, events: EventRecorder) -> None:
        self._store = store
        self._events = events

    def interested(self, change: Stored) -> Iterable[Place]:
        """Look at Deployments, at the owners of ReplicaSets, and when a pod is gone at last."""
        manifest = change.manifest
        if manifest["kind"] == "Deployment":
            return [name_of(manifest)]
        if manifest["kind"] == "ReplicaSet":
            return self._owner_of(manifest)
        if manifest["kind"] == "Pod" and change.type == "DELETED":
            namespace, owner = manifest["metadata"]["namespace"], controller_of(manifest)
            found = self._store.get("ReplicaSet", namespace, owner["name"]) if owner else None
            return self._owner_of(found) if found else []
        return []

    def _owner_of(self, replica_set: Manifest) -> list[Place]:
        owner = controller_of(replica_set)
        return [(replica_set["metadata"]["namespace"], owner["name"])] if owner else []

    def reconcile(self, namespace: str, name: str) -> float | None:
        """Take one step of the rollout and write the status."""
        deployment = self._store.get("Deployment", namespace, name)
        if deployment is None or is_leaving(deployment):
            return None
        sets = self._replica_sets(deployment)
        hashed = rollout.template_hash(deployment["spec"]["template"])
        new = next((item for item in sets if _hash(item) == hashed), None)
        old = [item for item in sets if item is not new]
        paused = deployment["spec"].get("paused", False)
        if new is None and not paused:
            new = self._create(deployment, hashed, _latest(old) + 1)
        elif new is not None and old and _revision(new) <= _latest(old):
            new = self._revive(new, _latest(old) + 1)
        if new is not None:
            self._scale(deployment, new, old)
            self._forget(deployment, old)
        again = write_status(self._store, deployment, new, self._replica_sets(deployment))
        if new is not None:
            self._number(deployment, _revision(new))
        return again

    def _replica_sets(self, deployment: Manifest) -> list[Manifest]:
        """Return the Deployment's ReplicaSets, the eldest revision first."""
        dependents = self._store.dependents(deployment["metadata"]["uid"])
        return sorted(owned_by(deployment, dependents, "ReplicaSet"), key=_revision)

    def _create(self, deployment: Manifest, hashed: str, revision: int) -> Manifest:
        metadata, spec = deployment["metadata"], deployment["spec"]
        template = clone(spec["template"])
        labels = template.setdefault("metadata", {}).setdefault("labels", {})
        labels[HASH_LABEL] = hashed
        selector = {**spec["selector"]["matchLabels"], HASH_LABEL: hashed}
        return self._store.create(
            {
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "metadata": {
                    "name": f"{metadata['name']}-{hashed}",
                    "namespace": metadata["namespace"],
                    "labels": dict(labels),
                    "annotations": {REVISION: str(revision)},
                    "ownerReferences": [owner_reference(deployment)],
                },
                "spec": {
                    "replicas": 0,
                    "minReadySeconds": spec.get("minReadySeconds", 0),
                    "selector": {"matchLabels": selector},
                    "template": template,
                },
                "status": {"replicas": 0, "readyReplicas": 0, "availableReplicas": 0},
            }
        )

    def _revive(self, replica_set: Manifest, revision: int) -> Manifest:
        """Make an old revision the latest: a roll back."""

        def write(copy: Manifest) -> None:
            copy["metadata"].setdefault("annotations", {})[REVISION] = str(revision)

        return self._edit(replica_set, write) or replica_set

    def _scale(self, deployment: Manifest, new: Manifest, old: list[Manifest]) -> None:
        spec = deployment["spec"]
        replicas = spec.get("replicas", 1)
        counted = {item["metadata"]["name"]: _counts(item) for item in [new, *old]}
        newest, *others = counted.values()
        if spec.get("paused", False):
            # A paused Deployment only follows its number of replicas.
            newest.wanted = max(replicas - sum(item.wanted for item in others), 0)
        elif (spec.get("strategy") or {}).get("type") == "Recreate":
            rollout.recreate(newest, others, replicas, self._pods_of(old))
        else:
            rollout.roll(newest, others, replicas, *rollout.bounds(spec))
        for item in [new, *old]:
            self._set_replicas(deployment, item, counted[item["metadata"]["name"]].wanted)

    def _pods_of(self, sets: list[Manifest]) -> int:
        pods = [pod for item in sets for pod in self._store.dependents(item["metadata"]["uid"])]
        return sum(not is_finished(pod) for pod in pods)

    def _set_replicas(self, deployment: Manifest, replica_set: Manifest, wanted: int) -> None:
        current = replica_set["spec"]["replicas"]
        if wanted == current:
            return

        def write(copy: Manifest) -> None:
            copy["spec"]["replicas"] = wanted

        self._edit(replica_set, write)
        direction = "up" if wanted > current else "down"
        name = replica_set["metadata"]["name"]
        message = f"Scaled {direction} replica set {name} from {current} to {wanted}"
        self._events.normal(deployment, "ScalingReplicaSet", message, COMPONENT)

    def _forget(self, deployment: Manifest, old: list[Manifest]) -> None:
        """Remove the oldest revisions above the history's limit."""
        limit = deployment["spec"].get("revisionHistoryLimit", HISTORY)
        idle = [item for item in old if not item["spec"]["replicas"] and not _pods(item)]
        for item in idle[: max(len(idle) - limit, 0)]:
            metadata = item["metadata"]
            self._store.remove("ReplicaSet", metadata["namespace"], metadata["name"])

    def _number(self, deployment: Manifest, revision: int) -> None:
        def write(copy: Manifest) -> None:
            copy["metadata"].setdefault("annotations", {})[REVISION] = str(revision)

        self._edit(deployment, write)

    def _edit(self, manifest: Manifest, write: Callable[[Manifest], None]) -> Manifest | None:
        metadata = manifest["metadata"]
        return self._store.edit(
            manifest["kind"],
            metadata["namespace"],
            metadata["name"],
            write,
            uid=metadata["uid"],
        )


def _hash(replica_set: Manifest) -> str:
    return str(replica_set["metadata"].get("labels", {}).get(HASH_LABEL, ""))


def _revision(replica_set: Manifest) -> int:
    return int(replica_set["metadata"].get("annotations", {}).get(REVISION, "0"))


def _latest(sets: list[Manifest]) -> int:
    return max((_revision(item) for item in sets), default=0)


def _pods(replica_set: Manifest) -> int:
    return int(replica_set.get("status", {}).get("replicas", 0))


def _counts(replica_set: Manifest) -> Counts:
    status = replica_set.get("status", {})
    return Counts(
        replica_set["metadata"]["name"],
        replica_set["spec"]["replicas"],
        status.get("readyReplicas", 0),
        status.get("availableReplicas", 0),
    )
