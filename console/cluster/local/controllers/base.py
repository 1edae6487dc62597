"""What controllers share: their interface and their work queue.

All controllers run in the cluster's one event loop. A change in the store becomes keys in a queue,
each at most once; a controller looks at the key's object as it is then, so that it does not matter
how many changes there were or whether one was missed.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Protocol

from console.cluster.local.store import Stored

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0

Place = tuple[str, str]
Work = tuple["Controller", Place]


class Controller(Protocol):
    """Brings one kind of thing about."""

    def interested(self, change: Stored) -> Iterable[Place]:
        """Return the (namespace, name) of the objects to look at after a change."""
        ...

    def reconcile(self, namespace: str, name: str) -> float | None:
        """Look at one object; return the seconds after which to look again, if any."""
        ...


class WorkQueue:
    """Hands changes to controllers, one key per turn of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._controllers: Sequence[Controller] = ()
        self._work: dict[Work, None] = {}
        self._timers: dict[Work, asyncio.TimerHandle] = {}
        self._inbox: deque[Stored] = deque()
        self._inbox_lock = threading.Lock()
        self._scheduled = False
        self._closed = False
        self.settled = threading.Event()

    def start(self, controllers: Sequence[Controller], changes: Iterable[Stored]) -> None:
        """Begin with these changes, in the loop; `settled` is set when all has been looked at."""
        self._controllers = controllers
        for change in changes:
            self._route(change)
        self._loop.call_soon(self._drain)

    def tell(self, change: Stored) -> None:
        """Take note of a change; from any thread, returns at once."""
        with self._inbox_lock:
            self._inbox.append(change)
            if self._scheduled or self._closed:
                return
            self._scheduled = True
            self._loop.call_soon_threadsafe(self._drain)

    def add(self, controller: Controller, place: Place) -> None:
        """Have a controller look at an object; called in the loop."""
        self._work[(controller, place)] = None
        self._schedule()

    def close(self) -> None:
        """Do nothing more."""
        with self._inbox_lock:
            self._closed = True
        self._work.clear()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _schedule(self) -> None:
        with self._inbox_lock:
            if not self._scheduled and not self._closed:
                self._scheduled = True
                self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        """Route what is new, do one piece of work, and come back for the rest."""
        with self._inbox_lock:
            changes, self._inbox = self._inbox, deque()
            self._scheduled = False
        for change in changes:
            self._route(change)
        if self._closed or not self._work:
            self.settled.set()
            return
        work = next(iter(self._work))
        del self._work[work]
        self._do(work)
        self._schedule()

    def _route(self, change: Stored) -> None:
        for controller in self._controllers:
            for place in controller.interested(change):
                self._work[(controller, place)] = None

    def _do(self, work: Work) -> None:
        controller, (namespace, name) = work
        timer = self._timers.pop(work, None)
        if timer:
            timer.cancel()
        try:
            again = controller.reconcile(namespace, name)
        except Exception:
            log.exception("%s can't handle %s/%s", type(controller).__name__, namespace, name)
            again = RETRY_SECONDS
        if again is not None:
            self._timers[work] = self._loop.call_later(max(again, 0.01), self._again, work)

    def _again(self, work: Work) -> None:
        self._timers.pop(work, None)
        self.add(*work)
