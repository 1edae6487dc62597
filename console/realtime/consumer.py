"""The one socket of a tab: moves frames between the browser and its connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from channels.db import DatabaseSyncToAsync
from channels.generic.websocket import AsyncWebsocketConsumer

from console.realtime.connection import Connection
from console.realtime.mailbox import Mailbox

log = logging.getLogger(__name__)

MAX_FRAME = 64 * 1024
RECHECK_SECONDS = 3.0
SIGNED_OUT, TOO_BIG, TRY_AGAIN = 4401, 1009, 1013


def in_thread(function: Any) -> Any:
    """Return an awaitable version that runs in a worker thread, so no socket waits for another."""
    return DatabaseSyncToAsync(function, thread_sensitive=False)


class SocketConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """`/ws/`: refuses strangers before it accepts, pumps messages, checks access over and over."""

    channel_layer_alias = ""  # The hub carries messages; a socket has no address of its own.
    connection: Connection | None = None
    tasks: tuple[asyncio.Task[None], ...] = ()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            for task in self.tasks:
                task.cancel()
            if self.connection is not None:
                self.connection.close()

    async def connect(self) -> None:
        if not self.scope["user"].is_authenticated:
            await self.close(SIGNED_OUT)
            return
        waiting = asyncio.Event()
        mailbox = Mailbox(waker(asyncio.get_running_loop(), waiting))
        session_key = self.scope["session"].session_key
        self.connection = Connection(self.scope["user"], session_key, mailbox)
        await self.accept()
        self.tasks = (
            asyncio.create_task(self.pump(mailbox, waiting)),
            asyncio.create_task(self.recheck(self.connection)),
        )

    async def receive(self, text_data: str | None = None, **_: Any) -> None:
        if self.connection is None or not text_data or len(text_data) > MAX_FRAME:
            await self.close(TOO_BIG)
        elif answer := await in_thread(self.connection.handle)(text_data):
            await self.send(answer)

    async def pump(self, mailbox: Mailbox, waiting: asyncio.Event) -> None:
        while await waiting.wait():
            waiting.clear()
            while (frame := mailbox.take()) is not None:
                await self.send(frame)
                await asyncio.sleep(0)  # A busy stream must not keep other sockets waiting.

    async def recheck(self, connection: Connection) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                frames = await in_thread(connection.recheck)()
            except Exception:
                log.exception("access of a socket can not be checked; it is closed")
                await self.close(TRY_AGAIN)
                return
            if frames is None:
                await self.close(SIGNED_OUT)
                return
            for frame in frames:
                await self.send(frame)


def waker(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> Callable[[], None]:
    """Return what sets the event from any thread; a loop that has ended has nobody to wake."""

    def wake() -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(event.set)

    return wake
