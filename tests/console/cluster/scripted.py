"""A cluster that lists and watches what a test tells it to, failures included."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from typing import Any, cast

from console.cluster.objects import Meta, OwnerReference, Pod
from console.cluster.protocol import Change, Cluster, ObjectList


def pod(
    name: str,
    version: int = 1,
    *,
    namespace: str = "team-a",
    labels: dict[str, str] | None = None,
    uid: str = "",
    owner: str = "",
) -> Pod:
    """Return a pod of which only what the cache indexes is set."""
    owners = (OwnerReference(kind="ReplicaSet", name="x", uid=owner),) if owner else ()
    return Pod(
        metadata=Meta(
            name=name,
            namespace=namespace,
            uid=uid or f"uid-{name}",
            resource_version=str(version),
            labels=labels or {},
            owner_references=owners,
        )
    )


class ScriptedCluster:
    """`items` is what a list returns; `send` and `fail` reach the watch that is open."""

    def __init__(self, *items: Pod) -> None:
        self.items = list(items)
        self.version = 100
        self.lists = 0
        self.list_failures: list[Exception] = []
        self.watched_from: list[str] = []
        self.watching = threading.Event()
        self._script: queue.Queue[Change | Exception | None] = queue.Queue()

    def as_cluster(self) -> Cluster:
        """Return this as what the cache expects; it calls `list` and `watch` only."""
        return cast("Cluster", self)

    def send(self, kind: Any, item: Pod | None, version: int = 0) -> None:
        """Let the open watch yield a change."""
        self.version = version or self.version + 1
        self._script.put(Change(kind, item, str(self.version)))

    def fail(self, error: Exception) -> None:
        """Let the open watch raise."""
        self.watching.clear()
        self._script.put(error)

    def end(self) -> None:
        """Let the open watch end."""
        self.watching.clear()
        self._script.put(None)

    def list(self, kind: str, **_: Any) -> ObjectList:
        self.lists += 1
        if self.list_failures:
            raise self.list_failures.pop(0)
        return ObjectList(tuple(self.items), str(self.version))

    def watch(self, kind: str, *, resource_version: str, timeout: float) -> Iterator[Change]:
        self.watched_from.append(resource_version)
        self.watching.set()
        deadline = time.monotonic() + timeout
        while (rest := deadline - time.monotonic()) > 0:
            try:
                step = self._script.get(timeout=rest)
            except queue.Empty:
                break
            if step is None:
                return
            if isinstance(step, Exception):
                raise step
            yield step
        yield Change("BOOKMARK", None, str(self.version))
