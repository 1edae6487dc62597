"""Streams a log as plain text while it is written, through the hub.

A stream is one more subscriber of the channel that pages use: however many follow a log, it is
read once, and a viewer of a quiet log costs a queue, not a thread.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import msgspec
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, StreamingHttpResponse

from console.errors import ConsoleError
from console.realtime.hub import hub
from console.realtime.mailbox import Mailbox
from console.realtime.topics import Opened

CHECK_SECONDS = 4.0

Check = Callable[[], Any]
Format = Callable[[dict[str, str]], str]


class Frames:
    """A subscription read as text; `wake` is called from any thread when there is something."""

    def __init__(self, opened: Opened, wake: Callable[[], None], form: Format) -> None:
        self._mailbox = Mailbox(wake)
        self._form = form
        self._ended = False
        self._leave = hub.subscribe(
            opened.channel,
            self._mailbox,
            uuid4().hex,
            history=opened.history,
            source=opened.source,
        )

    @property
    def ended(self) -> bool:
        """Return whether nothing more will come."""
        return self._ended

    def close(self) -> None:
        """Leave the channel."""
        self._leave()

    def read(self) -> str:
        """Return what waits."""
        texts: list[str] = []
        while (frame := self._mailbox.take()) is not None:
            texts.append(self._text(msgspec.json.decode(frame)))
        return "".join(texts)

    def _text(self, frame: dict[str, Any]) -> str:
        event = frame.get("event")
        if event == "lines":
            # A line means that there was no end yet: the end of an older attempt, perhaps.
            self._ended = False
            return "".join(self._form(one) for one in frame["data"] if one["stream"] != "console")
        if event == "skipped":
            return f"# {frame['count']} messages were skipped: this reader is too slow.\n"
        if event in {"ended", "error"}:
            self._ended = True
            return f"# {frame['data']['message']}\n" if event == "error" else ""
        return ""


def text_stream(
    request: HttpRequest, opened: Opened, check: Check, form: Format
) -> StreamingHttpResponse:
    """Answer with what a channel says until it ends, the client goes or `check` raises.

    Raises Unavailable when this process serves as many live views as it may.
    """
    is_async = isinstance(request, ASGIRequest)
    body = _async_texts(opened, check, form) if is_async else _texts(opened, check, form)
    response = StreamingHttpResponse(body, content_type="text/plain; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _async_texts(opened: Opened, check: Check, form: Format) -> AsyncIterator[str]:
    waking, loop = asyncio.Event(), asyncio.get_running_loop()

    def wake() -> None:
        try:
            loop.call_soon_threadsafe(waking.set)
        except RuntimeError:
            # The loop is closed: the server stops, nobody reads any more.
            waking.set()

    frames = await sync_to_async(Frames, thread_sensitive=False)(opened, wake, form)
    checked = time.monotonic()
    try:
        while not frames.ended:
            with suppress(TimeoutError):
                await asyncio.wait_for(waking.wait(), CHECK_SECONDS)
            waking.clear()
            if text := frames.read():
                yield text
            if time.monotonic() - checked >= CHECK_SECONDS:
                checked = time.monotonic()
                if not await sync_to_async(_still_allowed_in_thread, thread_sensitive=False)(check):
                    return
    finally:
        frames.close()


def _texts(opened: Opened, check: Check, form: Format) -> Iterator[str]:
    """Do the same for a server without an event loop, as tests have."""
    waking = threading.Event()
    frames = Frames(opened, waking.set, form)
    try:
        while not frames.ended:
            waking.wait(CHECK_SECONDS)
            waking.clear()
            if text := frames.read():
                yield text
            if not _still_allowed(check):
                return
    finally:
        frames.close()


def _still_allowed(check: Check) -> bool:
    """Return whether the reader may go on: membership, role and account can end meanwhile."""
    try:
        check()
    except ConsoleError:
        return False
    return True


def _still_allowed_in_thread(check: Check) -> bool:
    """Check in a thread that no request began: nobody else looks after its connection."""
    try:
        return _still_allowed(check)
    finally:
        close_old_connections()
