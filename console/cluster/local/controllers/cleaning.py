"""What goes when something else goes: the content of a Namespace, and what an owner owned."""

from __future__ import annotations

from collections.abc import Iterable

from console.cluster.local.controllers.base import Place
from console.cluster.local.deletion import begin
from console.cluster.local.meta import is_leaving
from console.cluster.local.store import Store, Stored


class NamespaceController:
    """Empties a Namespace that is being deleted, then removes it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def interested(self, change: Stored) -> Iterable[Place]:
        """Look at Namespaces, and at those that lose an object."""
        metadata = change.manifest["metadata"]
        if change.manifest["kind"] == "Namespace":
            return [("", metadata["name"])]
        space = metadata.get("namespace")
        if not space:
            return []
        owner = self._store.get("Namespace", "", space)
        return [("", space)] if owner and is_leaving(owner) else []

    def reconcile(self, namespace: str, name: str) -> float | None:
        """Delete what is inside; pods keep their grace."""
        space = self._store.get("Namespace", namespace, name)
        if space is None:
            return None
        if not is_leaving(space):
            self._store.edit("Namespace", "", name, _activate)
            return None
        inside = self._store.everything(name)
        # Owners go first, so that they do not replace what is taken from them.
        for manifest in sorted(inside, key=lambda item: item["kind"] in {"Pod", "Event"}):
            if not is_leaving(manifest):
                begin(self._store, manifest)
        if not self._store.everything(name):
            self._store.remove("Namespace", "", name)
        return None


def _activate(namespace: dict[str, object]) -> None:
    namespace["status"] = {"phase": "Active"}


class GarbageController:
    """Deletes objects whose owners are gone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def interested(self, change: Stored) -> Iterable[Place]:
        """Look at what a gone owner owned; the key is (kind, namespace/name)."""
        manifest = change.manifest
        if change.type == "DELETED":
            owned = self._store.dependents(manifest["metadata"]["uid"])
        elif change.type == "ADDED" and manifest["metadata"].get("ownerReferences"):
            owned = [manifest]
        else:
            return []
        return [
            (item["kind"], f"{item['metadata'].get('namespace', '')}/{item['metadata']['name']}")
            for item in owned
        ]

    def reconcile(self, namespace: str, name: str) -> float | None:
        """Delete the object if no owner is left."""
        kind, (space, own_name) = namespace, name.split("/", 1)
        manifest = self._store.get(kind, space, own_name)
        if manifest is None or is_leaving(manifest):
            return None
        owners = manifest["metadata"].get("ownerReferences") or []
        if owners and not any(self._exists(space, owner) for owner in owners):
            begin(self._store, manifest)
        return None

    def _exists(self, namespace: str, owner: dict[str, str]) -> bool:
        found = self._store.get(owner["kind"], namespace, owner["name"])
        return found is not None and found["metadata"]["uid"] == owner["uid"]
