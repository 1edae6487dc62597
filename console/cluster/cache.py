"""What the cluster holds, kept in memory: pages read here and never LIST.

For each kind one thread lists, then watches from there, and lists again when its version has
expired or the cluster failed. Listeners hear of every change once; after a new list they hear the
differences only.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from console.cluster import connect
from console.cluster.errors import Expired, Unavailable
from console.cluster.protocol import Change, Cluster
from console.cluster.shelf import Shelf
from console.errors import ConsoleError, trimmed

log = logging.getLogger(__name__)

KINDS = ("Namespace", "Node", "Pod", "Deployment", "ReplicaSet", "Job", "Service", "Event")
WATCH_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
OVERDUE_SECONDS = 5.0

Listener = Callable[[str, Change], None]


class ClusterCache:
    """The objects of some kinds in all Namespaces; any thread may read, and nothing is copied."""

    def __init__(
        self,
        cluster: Cluster,
        kinds: tuple[str, ...] = KINDS,
        *,
        watch_seconds: float = WATCH_SECONDS,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self.cluster = cluster
        self._listeners: list[Listener] = []
        self.stopping = threading.Event()
        self._watchers = {kind: _Watcher(self, kind, watch_seconds, first_pause) for kind in kinds}

    def start(self) -> None:
        """Start to list and watch; returns at once."""
        for watcher in self._watchers.values():
            watcher.start()

    def refresh(self) -> None:
        """List every kind once, in this thread; for commands and tests that start no threads."""
        for watcher in self._watchers.values():
            watcher.list_once()

    def stop(self, timeout: float = 0.0) -> bool:
        """Ask the threads to end and return whether they did within `timeout` seconds.

        A thread that waits for the cluster ends when the cluster answers or is closed.
        """
        self.stopping.set()
        deadline = time.monotonic() + timeout
        for watcher in self._watchers.values():
            if watcher.is_alive():
                watcher.join(max(0.0, deadline - time.monotonic()))
        return not any(watcher.is_alive() for watcher in self._watchers.values())

    def synced(self, timeout: float = 0.0) -> bool:
        """Return whether every kind has been listed once, waiting up to `timeout` seconds."""
        deadline = time.monotonic() + timeout
        return all(
            watcher.listed.wait(max(0.0, deadline - time.monotonic()))
            for watcher in self._watchers.values()
        )

    def list(self, kind: str, namespace: str = "") -> tuple[Any, ...]:
        """Return the objects of a kind, of one Namespace or of all, sorted by name."""
        return self._watchers[kind].shelf.list(namespace)

    def get(self, kind: str, namespace: str, name: str) -> Any | None:
        """Return one object, or None: what is not there yet or any more is normal."""
        return self._watchers[kind].shelf.get(namespace, name)

    def by_label(self, kind: str, namespace: str, key: str, value: str) -> tuple[Any, ...]:
        """Return the objects of a Namespace with this label, sorted by name."""
        return self._watchers[kind].shelf.by_label(namespace, key, value)

    def owned_by(self, kind: str, namespace: str, uid: str) -> tuple[Any, ...]:
        """Return the objects of a Namespace that this object owns, sorted by name."""
        return self._watchers[kind].shelf.owned_by(namespace, uid)

    def staleness(self) -> float:
        """Return for how many seconds a kind at worst has been out of touch; 0.0 when all are well.

        A watch that is open and quiet is well: the cluster would have told.
        """
        now = time.monotonic()
        return max((watcher.staleness(now) for watcher in self._watchers.values()), default=0.0)

    def subscribe(self, callback: Listener) -> Callable[[], None]:
        """Call back with (kind, change) in the watching thread; the returned function ends that.

        The callback must return quickly; what it raises is logged. Nothing is replayed to it.
        """
        self._listeners = [*self._listeners, callback]

        def unsubscribe() -> None:
            self._listeners = [one for one in self._listeners if one is not callback]

        return unsubscribe

    def tell(self, kind: str, change: Change) -> None:
        """Pass a change on to the listeners; for the watching threads."""
        for listener in self._listeners:
            try:
                listener(kind, change)
            except Exception:
                log.exception("a listener failed at %s of a %s", change.type, kind)


class _Watcher(threading.Thread):
    """Keeps one kind: list, watch, and again with a growing pause after failures."""

    def __init__(
        self, cache: ClusterCache, kind: str, watch_seconds: float, first_pause: float
    ) -> None:
        super().__init__(name=f"cache {kind}", daemon=True)
        self.shelf = Shelf()
        self.listed = threading.Event()
        self._cache = cache
        self._kind = kind
        self._watch_seconds = watch_seconds
        self._first_pause = self._pause = first_pause
        self._version = ""
        self._heard = time.monotonic()
        self._watching_until = 0.0

    def run(self) -> None:
        stopping = self._cache.stopping
        while not stopping.is_set():
            try:
                self._round()
            except Exception as error:  # noqa: BLE001 - whatever it is, the thread must go on
                self._failed(error)
                stopping.wait(self._pause * random.uniform(0.5, 1.0))  # noqa: S311
                self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _failed(self, error: Exception) -> None:
        self._watching_until = 0.0
        if isinstance(error, Expired):
            self._version = ""
        elif not self._cache.stopping.is_set():
            unexpected = not isinstance(error, ConsoleError)
            level = logging.ERROR if unexpected else logging.WARNING
            log.log(level, "no %ss: %s", self._kind, trimmed(error), exc_info=unexpected)

    def _round(self) -> None:
        if not self._version:
            self.list_once()
        changes = self._cache.cluster.watch(
            self._kind, resource_version=self._version, timeout=self._watch_seconds
        )
        try:
            self._follow(changes)
        finally:
            close = getattr(changes, "close", None)
            if close is not None:
                close()

    def list_once(self) -> None:
        """Take over what the cluster has now and tell the differences."""
        found = self._cache.cluster.list(self._kind)
        for change in self.shelf.replace(found.items, found.resource_version):
            self._cache.tell(self._kind, change)
        self._version = found.resource_version
        self._heard = time.monotonic()
        self.listed.set()

    def _follow(self, changes: Iterator[Change]) -> None:
        began, quiet = time.monotonic(), True
        self._watching_until = began + self._watch_seconds + OVERDUE_SECONDS
        for change in changes:
            quiet = False
            self._heard, self._pause = time.monotonic(), self._first_pause
            if change.object is not None:
                for effect in self.shelf.take(change):
                    self._cache.tell(self._kind, effect)
            self._version = change.resource_version or self._version
            if self._cache.stopping.is_set():
                return
        if quiet and time.monotonic() - began < min(1.0, self._watch_seconds / 2):
            raise Unavailable("The cluster ends its watches at once.")

    def staleness(self, now: float) -> float:
        """Return for how long nothing was heard, unless a watch is open and within its time."""
        return 0.0 if now < self._watching_until else now - self._heard


_current: ClusterCache | None = None
_lock = threading.Lock()


def cache() -> ClusterCache:
    """Return the cache of `connect.cluster()`; the runtime starts it, in tests the test does."""
    global _current  # noqa: PLW0603 - one a process, as the cluster itself
    cluster = connect.cluster()
    with _lock:
        if _current is None or _current.cluster is not cluster:
            if _current is not None:
                _current.stop()
            _current = ClusterCache(cluster)
        return _current


def start() -> None:
    """Start the cache of this process; a service of console/runtime.py."""
    cache().start()


def stop() -> None:
    """Ask the cache to stop, without waiting: its threads end when the cluster is closed."""
    global _current  # noqa: PLW0603
    with _lock:
        if _current is not None:
            _current.stop()
        _current = None
