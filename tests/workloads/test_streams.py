"""Logs that are streamed under ASGI: they end with the run, with the reader, and with access."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from django.test import RequestFactory
from django.test.client import AsyncRequestFactory

from console.errors import NotFound
from console.realtime import hub as hub_module
from console.realtime.hub import Hub
from console.realtime.topics import Emit, Opened
from workloads.api import streams

LINE = {"at": "t", "pod": "p", "container": "main", "stream": "stdout", "text": "hello"}


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Put a hub in place that forgets a channel as soon as nobody listens."""
    found = Hub(linger=0.0)
    # A source that another test left may linger in the shared hub for a while.
    before = hub_module.hub.counts()["sources"]
    monkeypatch.setattr(streams, "hub", found)
    yield found
    found.close()
    assert hub_module.hub.counts()["sources"] <= before


def told(*events: tuple[str, Any], then_wait: bool = False) -> Opened:
    def source(emit: Emit, stopping: Any) -> None:
        for event, data in events:
            emit(event, data)
        if then_wait:
            stopping.wait(5)

    return Opened("log.test", history=10, source=source)


def bare(line: dict[str, str]) -> str:
    return f"{line['text']}\n"


def nothing() -> None:
    """Allow everything."""


async def body_of(opened: Opened, check: Any = nothing) -> list[bytes]:
    request = AsyncRequestFactory().get("/")
    response = streams.text_stream(request, opened, check, bare)
    assert response["X-Content-Type-Options"] == "nosniff"
    chunks: AsyncIterator[bytes] = response.streaming_content  # type: ignore[assignment]
    return [chunk async for chunk in chunks]


async def test_it_ends_with_the_run() -> None:
    remark = LINE | {"stream": "console", "text": "p ended."}
    opened = told(("lines", [LINE, remark]), ("ended", {}))
    assert b"".join(await body_of(opened)) == b"hello\n"


async def test_it_says_why_it_broke_off() -> None:
    opened = told(("lines", [LINE]), ("error", {"message": "Away."}))
    assert b"".join(await body_of(opened)) == b"hello\n# Away.\n"


async def test_it_ends_when_access_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CHECK_SECONDS", 0.05)
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if len(asked) > 1:
            raise NotFound("No longer a member.")

    body = await asyncio.wait_for(body_of(told(("lines", [LINE]), then_wait=True), check), 5)
    assert b"".join(body) == b"hello\n"
    assert len(asked) == 2


async def test_a_reader_that_goes_leaves_the_channel(hub: Hub) -> None:
    request = AsyncRequestFactory().get("/")
    opened = told(("lines", [LINE]), then_wait=True)
    response = streams.text_stream(request, opened, nothing, bare)
    chunks: Any = response.streaming_content
    assert await anext(chunks) == b"hello\n"
    assert hub.counts()["subscriptions"] == 1
    await chunks.aclose()
    response._iterator = None  # type: ignore[attr-defined]
    for _ in range(100):
        if not hub.counts()["subscriptions"]:
            break
        await asyncio.sleep(0.02)
    assert hub.counts()["subscriptions"] == 0


def test_a_server_without_a_loop_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CHECK_SECONDS", 0.05)
    request = RequestFactory().get("/")
    opened = told(("lines", [LINE]), ("ended", {}))
    response = streams.text_stream(request, opened, nothing, bare)
    assert b"".join(response.streaming_content) == b"hello\n"  # type: ignore[arg-type]
