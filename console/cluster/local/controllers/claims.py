"""Makes the directory that a PersistentVolumeClaim stands for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from console.cluster.local.controllers.base import Place
from console.cluster.local.directories import private
from console.cluster.local.store import Store, Stored
from console.cluster.objects import Manifest


class ClaimController:
    """Binds each claim to `<volumes>/<namespace>/<name>`; data outlives its claim."""

    def __init__(self, store: Store, volumes: Path) -> None:
        self._store = store
        self._volumes = volumes

    def interested(self, change: Stored) -> Iterable[Place]:
        """Look at claims."""
        manifest = change.manifest
        if manifest["kind"] != "PersistentVolumeClaim":
            return []
        return [(manifest["metadata"]["namespace"], manifest["metadata"]["name"])]

    def reconcile(self, namespace: str, name: str) -> float | None:
        """Make the directory and say so."""
        if self._store.get("PersistentVolumeClaim", namespace, name) is None:
            return None
        private(self._volumes / namespace)
        private(self._volumes / namespace / name)
        self._store.edit("PersistentVolumeClaim", namespace, name, _bind)
        return None


def _bind(claim: Manifest) -> None:
    claim.setdefault("status", {})["phase"] = "Bound"
