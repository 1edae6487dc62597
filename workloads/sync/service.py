"""What a serving process runs for workloads: pushes, the observer and the reconciler."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from functools import partial

from django.db import close_old_connections, transaction

from console import runtime
from console.cluster import cache as cluster_cache
from console.cluster.protocol import CONSOLE, Actor, Change
from tenants.sync import Reconciler
from workloads.models import App, Job
from workloads.sync import reconcile
from workloads.sync.dirty import Dirty, key_of
from workloads.sync.observe import Key, all_rows, recompute, update_rows
from workloads.sync.push import push

log = logging.getLogger(__name__)

DEBOUNCE = 0.1
PATIENCE = 2.0
"""For how many seconds an action waits for the cluster; after that the push goes on without it."""
IMPATIENT = 10.0
"""For how many seconds nobody waits after one wait was in vain, bulk actions above all."""


class Observer:
    """One thread that looks at what changed, at most ten times a second."""

    def __init__(self, dirty: Dirty) -> None:
        self._dirty = dirty
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to listen to the cache; returns at once."""
        self._ended.clear()
        self._unsubscribe = cluster_cache.cache().subscribe(self._heard)
        self._thread = threading.Thread(target=self._run, name="workloads observer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the step that runs."""
        self._ended.set()
        if self._unsubscribe:
            self._unsubscribe()
        if self._thread:
            self._thread.join(timeout=5)

    def _heard(self, kind: str, change: Change) -> None:
        key = key_of(kind, change)
        if key is not None:
            self._dirty.add(key)

    def _run(self) -> None:
        # Before everything has been listed once, a missing object means nothing.
        while not cluster_cache.cache().synced(0.5) and not self._ended.is_set():
            continue
        self._dirty.add_all()
        while not self._ended.is_set():
            if not self._dirty.wait(0.5):
                continue
            self._ended.wait(DEBOUNCE)
            try:
                self.step()
            except Exception:
                log.exception("workloads could not be observed")
                self._ended.wait(1.0)
                self._dirty.add_all()
        close_old_connections()

    def step(self) -> None:
        """Look at what is dirty."""
        close_old_connections()
        keys, everything = self._dirty.take()
        batches = [update_rows(rows) for rows in all_rows()] if everything else [recompute(keys)]
        for row in (row for rows in batches for row in rows):
            _submit(row, CONSOLE)


_dirty = Dirty()
_observer = Observer(_dirty)
_reconciler = Reconciler("workloads", reconcile.at_start, lambda: reconcile.again(_dirty.add_all))
_pushers: ThreadPoolExecutor | None = None
_impatient_until = 0.0


def push_on_commit(workload: App | Job, actor: Actor) -> None:
    """Push once the transaction is committed, and wait a moment for it."""
    transaction.on_commit(partial(_push_now, workload, actor))


def _push_now(workload: App | Job, actor: Actor) -> None:
    global _impatient_until  # noqa: PLW0603
    future = _submit(workload, actor)
    if future is None or time.monotonic() < _impatient_until:
        return
    _, late = wait_for([future], timeout=PATIENCE)
    if late:
        _impatient_until = time.monotonic() + IMPATIENT


def _submit(workload: App | Job, actor: Actor) -> Future[None] | None:
    """Push in a thread, or right here where no service runs, as in a command or a test."""
    pushers = _pushers
    if pushers is None:
        _push_safely(workload, actor)
        return None
    return pushers.submit(_push_in_thread, workload, actor)


def _push_in_thread(workload: App | Job, actor: Actor) -> None:
    close_old_connections()
    try:
        _push_safely(workload, actor)
        _dirty.add(Key(workload.tenant.namespace, workload.kind, workload.name))
    finally:
        close_old_connections()


def _push_safely(workload: App | Job, actor: Actor) -> None:
    """Push; the action itself is done, so that whatever happens here is for the reconciler."""
    try:
        push(workload, actor=actor)
    except Exception:
        log.exception("could not push %s %s", workload.kind, workload.name)


def start() -> None:
    """Start pushing, observing and reconciling."""
    global _pushers  # noqa: PLW0603 - one a process, as the service itself
    _pushers = ThreadPoolExecutor(4, thread_name_prefix="workloads push")
    _observer.start()
    _reconciler.start()


def stop() -> None:
    """Stop all three; pushes that wait are dropped, the next start makes up for them."""
    global _pushers  # noqa: PLW0603
    _reconciler.stop()
    _observer.stop()
    if _pushers is not None:
        _pushers.shutdown(wait=False, cancel_futures=True)
    _pushers = None


def register() -> None:
    """Add the service to what a serving process runs."""
    runtime.register(runtime.Service("workloads", start, stop))
