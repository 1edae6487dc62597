"""How an object begins to go: at once, or after what runs or lives in it has ended."""

from __future__ import annotations

from console.cluster.local.meta import is_leaving, name_of, now
from console.cluster.local.store import Store
from console.cluster.objects import Manifest

GRACE_SECONDS = 30


def begin(store: Store, manifest: Manifest, grace_seconds: int | None = None) -> None:
    """Begin to delete an object; controllers and the node do the rest."""
    kind, (namespace, name) = manifest["kind"], name_of(manifest)
    uid = manifest["metadata"]["uid"]
    if kind == "Pod" and manifest["spec"].get("nodeName"):
        grace = _grace(manifest, grace_seconds)
        store.edit(kind, namespace, name, lambda copy: _mark(copy, grace), uid=uid)
    elif kind == "Namespace":
        store.edit(kind, namespace, name, _mark_namespace, uid=uid)
    else:
        store.remove(kind, namespace, name, uid=uid)


def _grace(pod: Manifest, grace_seconds: int | None) -> int:
    if grace_seconds is None:
        grace_seconds = pod["spec"].get("terminationGracePeriodSeconds", GRACE_SECONDS)
    return max(int(grace_seconds), 0)


def _mark(pod: Manifest, grace: int) -> None:
    """Write the time of deletion; a second delete can only shorten the grace."""
    metadata = pod["metadata"]
    if is_leaving(pod):
        grace = min(grace, metadata.get("deletionGracePeriodSeconds", grace))
    else:
        metadata["deletionTimestamp"] = now()
    metadata["deletionGracePeriodSeconds"] = grace


def _mark_namespace(namespace: Manifest) -> None:
    namespace["metadata"].setdefault("deletionTimestamp", now())
    namespace.setdefault("status", {})["phase"] = "Terminating"
