"""One channel of the hub: who listens, what was said lately, and what feeds it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

from console.realtime.mailbox import Subscription

MAX_HISTORY_BYTES = 2 * 2**20

Emit: TypeAlias = Callable[[str, Any], None]
Source: TypeAlias = Callable[[Emit, threading.Event], None]
"""Feeds one channel: calls `emit(event, data)` until it has no more or `stopping` is set.

It runs in a thread of its own, must look at `stopping` every second or so, and may raise a
ConsoleError, which ends the subscriptions with that error.
"""


class Channel:
    """The subscriptions of a channel, with a ring of its latest messages for newcomers."""

    def __init__(self, name: str, history: int, *, has_source: bool = False) -> None:
        self.name = name
        self.stopping = threading.Event()
        self.has_source = has_source
        self.over = False
        self._history = history
        self._ring: deque[str] = deque()
        self._ring_bytes = 0
        self._subscriptions: set[Subscription] = set()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    @property
    def empty(self) -> bool:
        """Whether nobody listens."""
        return not self._subscriptions

    @property
    def size(self) -> int:
        """How many listen."""
        return len(self._subscriptions)

    def start(self, run: Callable[[], None]) -> None:
        """Run the source in a thread of its own."""
        threading.Thread(target=run, name=f"source {self.name}", daemon=True).start()

    def put(self, message: str) -> None:
        """Queue a message for everybody and remember it for newcomers."""
        with self._lock:
            self._remember(message)
            for subscription in self._subscriptions:
                subscription.put((message,))

    def _remember(self, message: str) -> None:
        if not self._history:
            return
        self._ring.append(message)
        self._ring_bytes += len(message)
        while len(self._ring) > self._history or self._ring_bytes > MAX_HISTORY_BYTES:
            self._ring_bytes -= len(self._ring.popleft())

    def join(self, subscription: Subscription, history: int) -> None:
        """Add a subscription; it gets the past messages and every later one, none twice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        with self._lock:
            if history:
                subscription.put(list(self._ring)[-history:])
            self._subscriptions.add(subscription)

    def leave(self, subscription: Subscription) -> bool:
        """Remove a subscription and return whether others remain."""
        subscription.close()
        with self._lock:
            self._subscriptions.discard(subscription)
            return bool(self._subscriptions)

    def fail(self, message: str) -> None:
        """Say a last word to everybody; whoever comes later gets a new channel."""
        self.over = True
        self.put(message)

    def close_after(self, seconds: float, close: Callable[[Channel], None]) -> None:
        """Call `close` with this channel unless somebody joins before."""
        self._timer = threading.Timer(seconds, close, (self,))
        self._timer.daemon = True
        self._timer.start()

    def close(self) -> None:
        """Tell the source to stop and let nobody hear of it any more."""
        if self._timer is not None:
            self._timer.cancel()
        self.stopping.set()
        with self._lock:
            self._subscriptions.clear()
