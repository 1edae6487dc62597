"""The thread in which the embedded cluster lives: an event loop, and helpers for what blocks."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from console.cluster.errors import Unavailable
from console.cluster.local.balancer import ServiceController
from console.cluster.local.controllers.base import Controller, WorkQueue
from console.cluster.local.controllers.claims import ClaimController
from console.cluster.local.controllers.cleaning import GarbageController, NamespaceController
from console.cluster.local.controllers.deployments import DeploymentController
from console.cluster.local.controllers.jobs import JobController
from console.cluster.local.controllers.replicasets import ReplicaSetController
from console.cluster.local.controllers.scheduler import Scheduler
from console.cluster.local.endpoints import Endpoints
from console.cluster.local.events import EventRecorder
from console.cluster.local.kubelet.kubelet import Kubelet
from console.cluster.local.kubelet.logs import MOST_FILE
from console.cluster.local.kubelet.node import Node
from console.cluster.local.kubelet.processes import Reaper, Stragglers, node_id, sweep
from console.cluster.local.kubelet.sampling import Sampler
from console.cluster.local.store import HISTORY, Store, Stored

log = logging.getLogger(__name__)

HELPERS = 4
LOCK_SECONDS = 15.0
EXPIRY_SECONDS = 600.0
# Until every object has been looked at once; statuses of before the start are true again then.
SETTLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Options:
    """What tests and small machines change; seconds and bytes."""

    restart_delay: float = 10.0
    sample_interval: float = 1.0
    close_grace: float = 3.0
    log_limit: int = MOST_FILE
    history: int = HISTORY
    capacity: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are: the cluster's own directory, volumes by Namespace, images by name."""

    directory: Path
    volumes: Path
    images: Path | None


class Engine:
    """Runs controllers and containers from `start` to `close`."""

    def __init__(self, store: Store, places: Places, name: str, options: Options) -> None:
        identity = node_id(places.directory)
        if not sweep(identity):
            raise Unavailable("Containers of an earlier console can't be ended.")
        self._store = store
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._executor = ThreadPoolExecutor(HELPERS, thread_name_prefix="cluster-helper")
        self.events = EventRecorder(store)
        self.sampler = Sampler(identity, self._executor, options.sample_interval)
        self.node = Node(
            name=name,
            identity=identity,
            root=places.directory / "pods",
            claims=places.volumes,
            images=places.images,
            store=store,
            events=self.events,
            executor=self._executor,
            stragglers=Stragglers(identity, self._executor),
            sampler=self.sampler,
            restart_delay=options.restart_delay,
            log_limit=options.log_limit,
        )
        self.endpoints = Endpoints(store, self.node.pod_ports)
        self._kubelet = Kubelet(self.node)
        self._balancer = ServiceController(store, self.endpoints)
        self._queue = WorkQueue(self._loop)
        self._reaper = Reaper(identity, f"{self.node.boot}.")
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)

    def start(self) -> None:
        """Look at everything that is stored, and from then on at every change."""
        self._thread.start()
        with self._store.lock:
            present = [Stored("ADDED", manifest) for manifest in self._store.everything()]
            self._store.subscribe(self._queue.tell)
        self._loop.call_soon_threadsafe(self._queue.start, self._controllers(), present)
        self._loop.call_soon_threadsafe(self._expire_events)
        self._queue.settled.wait(SETTLE_SECONDS)

    def close(self) -> None:
        """End all containers, then the threads and the reaper."""
        done = asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        try:
            done.result(timeout=self._options.close_grace + 10)
        except Exception:
            log.exception("the embedded cluster did not end in time")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._reaper.close()

    @property
    def reaper_pid(self) -> int:
        """Return the process id of the reaper."""
        return self._reaper.pid

    def _controllers(self) -> list[Controller]:
        store, events = self._store, self.events
        return [
            NamespaceController(store),
            GarbageController(store),
            ClaimController(store, self.node.claims),
            DeploymentController(store, events),
            ReplicaSetController(store, events),
            JobController(store, events, self._options.restart_delay),
            Scheduler(store, events, self.node.name),
            self._balancer,
            self._kubelet,
        ]

    async def _end(self) -> None:
        self._queue.close()
        await self._kubelet.close(self._options.close_grace)
        self._balancer.close()
        self.sampler.close()

    def _expire_events(self) -> None:
        self.events.expire()
        self._loop.call_later(EXPIRY_SECONDS, self._expire_events)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
        finally:
            self._loop.close()


def lock(directory: Path) -> int:
    """Return a descriptor that keeps other consoles off a directory. Raises Unavailable."""
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise Unavailable("Another console runs on this data directory.") from error
            time.sleep(0.1)
        else:
            return descriptor
