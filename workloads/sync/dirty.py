"""Which workloads have to be looked at again: filled by the cache's threads, emptied by one."""

from __future__ import annotations

import threading
from typing import Any

from console.cluster import cache as cluster_cache
from console.cluster.protocol import Change
from workloads.kinds.parts import KIND, NAME
from workloads.sync.observe import Key

MOST = 5_000


class Dirty:
    """A bounded set of keys; beyond the bound it stands for every workload."""

    def __init__(self) -> None:
        self._keys: set[Key] = set()
        self._everything = False
        self._some = threading.Event()
        self._lock = threading.Lock()

    def add(self, key: Key) -> None:
        """Have a workload looked at."""
        with self._lock:
            if not self._everything:
                self._keys.add(key)
            if len(self._keys) > MOST:
                self._keys, self._everything = set(), True
        self._some.set()

    def add_all(self) -> None:
        """Have every workload looked at."""
        with self._lock:
            self._keys, self._everything = set(), True
        self._some.set()

    def wait(self, timeout: float) -> bool:
        """Return whether there is something, waiting for it."""
        return self._some.wait(timeout)

    def take(self) -> tuple[set[Key], bool]:
        """Return the keys, and whether every workload is meant, and forget them."""
        with self._lock:
            taken = self._keys, self._everything
            self._keys, self._everything = set(), False
            self._some.clear()
        return taken


def key_of(kind: str, change: Change) -> Key | None:
    """Return which workload a change of the cluster is about."""
    item: Any = change.object
    if item is None:
        return None
    if kind == "Event":
        return _key_of_event(item.metadata.namespace, item.involved_object)
    return _key_of_labels(item)


def _key_of_labels(item: Any) -> Key | None:
    labels = item.metadata.labels
    kind, name = labels.get(KIND), labels.get(NAME)
    return Key(item.metadata.namespace, kind, name) if kind in {"app", "job"} and name else None


def _key_of_event(namespace: str, about: Any) -> Key | None:
    if about.kind in {"Deployment", "Job"}:
        return Key(namespace, "app" if about.kind == "Deployment" else "job", about.name)
    if about.kind in {"Pod", "ReplicaSet"}:
        item = cluster_cache.cache().get(about.kind, namespace, about.name)
        return _key_of_labels(item) if item is not None else None
    return None
