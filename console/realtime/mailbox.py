"""The bounded queues of one connection, filled from any thread and emptied by its socket."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

import msgspec

MAX_MESSAGES = 500
MAX_BYTES = 4 * 2**20


class Mailbox:
    """All subscriptions of one connection; `wake` is called when the first message waits.

    `wake` runs in the publishing thread and must return at once.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._waiting: deque[Subscription] = deque()

    def notify(self, subscription: Subscription) -> None:
        """Put a subscription in line; it is in line at most once."""
        with self._lock:
            self._waiting.append(subscription)
            first = len(self._waiting) == 1
        if first:
            self._wake()

    def take(self) -> str | None:
        """Return the next frame, in turn between subscriptions; None when nothing waits."""
        while True:
            with self._lock:
                if not self._waiting:
                    return None
                subscription = self._waiting.popleft()
            frame, more = subscription.take()
            if more:
                with self._lock:
                    self._waiting.append(subscription)
            if frame is not None:
                return frame


class Subscription:
    """One reader of one channel: a queue that drops its oldest messages and counts them.

    `seq` counts every message of the subscription, dropped ones too; the frame "skipped" carries
    the number of the last one dropped, so that a reader can prove that nothing is missing.
    """

    def __init__(
        self,
        subscription_id: str,
        mailbox: Mailbox,
        *,
        extra: int = 0,
        max_messages: int = MAX_MESSAGES,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._prefix = f'{{"id":{msgspec.json.encode(subscription_id).decode()},"seq":'
        self._mailbox = mailbox
        self._max_messages = max_messages + extra
        self._max_bytes = max_bytes
        self._queue: deque[str] = deque()
        self._size = 0
        self._skipped = 0
        self._seq = 0
        self._in_line = False
        self._closed = False
        self._lock = threading.Lock()

    def put(self, messages: Iterable[str]) -> None:
        """Queue encoded messages and wake the connection, without waiting for it."""
        with self._lock:
            if self._closed:
                return
            for message in messages:
                self._queue.append(message)
                self._size += len(message)
            self._drop()
            notify = bool(self._queue) and not self._in_line
            self._in_line = self._in_line or notify
        if notify:
            self._mailbox.notify(self)

    def _drop(self) -> None:
        while len(self._queue) > self._max_messages or (
            self._size > self._max_bytes and len(self._queue) > 1
        ):
            self._size -= len(self._queue.popleft())
            self._skipped += 1

    def take(self) -> tuple[str | None, bool]:
        """Return the next frame, and whether more wait; the count of skipped ones comes first."""
        with self._lock:
            frame = self._next()
            self._in_line = bool(self._queue or self._skipped)
            return frame, self._in_line

    def _next(self) -> str | None:
        if self._skipped:
            count, self._skipped = self._skipped, 0
            self._seq += count
            return f'{self._prefix}{self._seq},"event":"skipped","count":{count}}}'
        if not self._queue:
            return None
        message = self._queue.popleft()
        self._size -= len(message)
        self._seq += 1
        return f"{self._prefix}{self._seq},{message}"

    def close(self) -> None:
        """Forget what waits and take nothing more."""
        with self._lock:
            self._closed = True
            self._queue.clear()
            self._size = self._skipped = 0
