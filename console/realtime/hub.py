"""Bounded, sequenced fan-out inside one process.

`publish` may be called from any thread and never waits for a reader. Each subscription has a queue
with a bound; when it is full the oldest messages go, and the reader is told how many. A message is
encoded once and its text shared by all queues. A channel exists while somebody listens to it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from django.db import connections

from console.errors import ConsoleError, Unavailable
from console.realtime.channel import Channel, Source
from console.realtime.mailbox import Mailbox, Subscription

log = logging.getLogger(__name__)

MAX_CHANNELS = 2_000
MAX_SOURCES = 200
MAX_REMEMBERED = 10_000
MAX_HISTORY = 1_000
LINGER_SECONDS = 5.0
_BUSY = "Too many live views are open on this console; close some and try again."


def encode(event: str, data: Any) -> str:
    """Return the part of a frame that all subscribers share, without its opening brace."""
    return msgspec.json.encode({"event": event, "data": data}).decode()[1:]


class Hub:
    """The channels of this process; one lock guards who listens, each channel guards its queues."""

    def __init__(
        self,
        *,
        max_channels: int = MAX_CHANNELS,
        max_sources: int = MAX_SOURCES,
        linger: float = LINGER_SECONDS,
    ) -> None:
        self._max_channels = max_channels
        self._max_sources = max_sources
        self._linger = linger
        self._channels: dict[str, Channel] = {}
        self._heard: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def publish(self, channel: str, event: str, data: Any) -> None:
        """Send a message to the subscribers of a channel; without any, only its time is kept."""
        self._remember(channel)
        found = self._channels.get(channel)
        if found is not None:
            found.put(encode(event, data))

    def _remember(self, channel: str) -> None:
        with self._lock:
            self._heard[channel] = time.time_ns() // 1_000_000
            self._heard.move_to_end(channel)
            if len(self._heard) > MAX_REMEMBERED:
                self._heard.popitem(last=False)

    def heard(self, channel: str) -> int:
        """Return when the last message was published, in Unix milliseconds; 0 if not known.

        A page that began to be made before that moment may show less than it should.
        """
        return self._heard.get(channel, 0)

    def subscribe(
        self,
        channel: str,
        mailbox: Mailbox,
        subscription_id: str,
        *,
        history: int = 0,
        source: Source | None = None,
    ) -> Callable[[], None]:
        """Fill a mailbox, with up to `history` past messages first; the returned function ends it.

        `source` runs in a thread of its own while the channel has subscribers, once however many
        there are. Raises Unavailable when this process serves as many channels as it may.
        """
        history = min(history, MAX_HISTORY)
        with self._lock:
            found = self._channels.get(channel)
            is_new = found is None or found.over
            if found is None or is_new:
                found = self._open(channel, history, has_source=source is not None)
            subscription = Subscription(subscription_id, mailbox, extra=history)
            found.join(subscription, history)
        if is_new and source is not None:
            found.start(partial(self._run, found, source))
        return partial(self._leave, found, subscription)

    def _open(self, name: str, history: int, *, has_source: bool) -> Channel:
        sources = sum(1 for channel in self._channels.values() if channel.has_source)
        too_many = len(self._channels) >= self._max_channels
        if too_many or (has_source and sources >= self._max_sources):
            raise Unavailable(_BUSY)
        channel = self._channels[name] = Channel(name, history, has_source=has_source)
        return channel

    def _run(self, channel: Channel, source: Source) -> None:
        try:
            source(lambda event, data: channel.put(encode(event, data)), channel.stopping)
        except ConsoleError as error:
            channel.fail(encode("error", error_data(error)))
        except Exception:
            log.exception("the source of %s failed", channel.name)
            channel.fail(encode("error", error_data(ConsoleError("This live view broke off."))))
        finally:
            connections.close_all()

    def _leave(self, channel: Channel, subscription: Subscription) -> None:
        with self._lock:
            if channel.leave(subscription):
                return
            if channel.has_source and not channel.over:
                channel.close_after(self._linger, self._close_if_empty)
            else:
                self._close(channel)

    def _close_if_empty(self, channel: Channel) -> None:
        with self._lock:
            if channel.empty:
                self._close(channel)

    def _close(self, channel: Channel) -> None:
        channel.close()
        if self._channels.get(channel.name) is channel:
            del self._channels[channel.name]

    def close(self) -> None:
        """Stop every source and forget every channel."""
        with self._lock:
            for channel in list(self._channels.values()):
                self._close(channel)

    def counts(self) -> dict[str, int]:
        """Return how many channels, sources and subscriptions there are now."""
        with self._lock:
            channels = list(self._channels.values())
        return {
            "channels": len(channels),
            "sources": sum(1 for channel in channels if channel.has_source),
            "subscriptions": sum(channel.size for channel in channels),
        }


def error_data(error: ConsoleError) -> dict[str, str]:
    """Return what a browser is told about an error."""
    return {"code": error.code, "title": error.title, "message": error.message}


hub = Hub()
