from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from console.errors import NotFound, Unavailable
from console.realtime import publish as publish_module
from console.realtime.channel import Emit
from console.realtime.hub import Hub
from console.realtime.mailbox import Mailbox
from console.realtime.publish import publish, publish_on_commit


def until(condition: Callable[[], object], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.005)


class Reader:
    """A connection that collects its frames when asked."""

    def __init__(self, hub: Hub, channel: str, **options: Any) -> None:
        self.mailbox = Mailbox(lambda: None)
        self.leave = hub.subscribe(channel, self.mailbox, "1", **options)
        self.frames: list[dict[str, Any]] = []

    def read(self) -> list[dict[str, Any]]:
        self.frames += [json.loads(frame) for frame in iter(self.mailbox.take, None)]
        return self.frames

    def data(self) -> list[Any]:
        return [frame["data"] for frame in self.read() if "data" in frame]


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub(linger=0.1)
    yield hub
    hub.close()


def test_only_the_subscribers_of_a_channel_hear(hub: Hub) -> None:
    a, b = Reader(hub, "a"), Reader(hub, "b")

    hub.publish("a", "changed", {"n": 1})
    hub.publish("nobody", "changed", {"n": 2})

    assert a.data() == [{"n": 1}]
    assert b.data() == []


def test_leaving_ends_it_and_forgets_the_channel(hub: Hub) -> None:
    reader = Reader(hub, "a")
    reader.leave()
    reader.leave()

    hub.publish("a", "changed", {})

    assert reader.read() == []
    assert hub.counts() == {"channels": 0, "sources": 0, "subscriptions": 0}


def test_a_stalled_reader_is_told_what_it_missed_and_delays_nobody(hub: Hub) -> None:
    stalled, quick = Reader(hub, "a"), Reader(hub, "a")
    for number in range(2_000):
        hub.publish("a", "n", number)
        quick.read()

    assert quick.data() == list(range(2_000))
    first, *rest = stalled.read()
    assert first == {"id": "1", "seq": 1_500, "event": "skipped", "count": 1_500}
    assert [frame["data"] for frame in rest] == list(range(1_500, 2_000))
    assert [frame["seq"] for frame in rest] == list(range(1_501, 2_001))


def test_threads_publish_at_once_and_every_reader_sees_one_order(hub: Hub) -> None:
    readers = [Reader(hub, "a") for _ in range(3)]

    def send(start: int) -> None:
        for number in range(100):
            hub.publish("a", "n", start + number)

    threads = [threading.Thread(target=send, args=(start,)) for start in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    first, *others = [reader.data() for reader in readers]
    assert sorted(first) == list(range(400))
    assert all(other == first for other in others)


def test_newcomers_get_the_latest_messages_first_and_none_twice(hub: Hub) -> None:
    early = Reader(hub, "a", history=3)
    for number in range(5):
        hub.publish("a", "n", number)
    late, curious = Reader(hub, "a", history=3), Reader(hub, "a", history=1)
    hub.publish("a", "n", 5)

    assert early.data() == [0, 1, 2, 3, 4, 5]
    assert late.data() == [2, 3, 4, 5]
    assert curious.data() == [4, 5]


def test_one_source_runs_for_two_hundred_readers_and_stops_after_the_last(hub: Hub) -> None:
    runs: list[threading.Event] = []
    go = threading.Event()

    def source(emit: Emit, stopping: threading.Event) -> None:
        runs.append(stopping)
        go.wait(5)
        for number in range(10):
            emit("line", number)
        stopping.wait(10)

    readers = [Reader(hub, "log", source=source, history=100) for _ in range(200)]
    go.set()

    until(lambda: len(readers[-1].data()) == 10)
    assert all(reader.data() == list(range(10)) for reader in readers)
    assert len(runs) == 1
    assert hub.counts() == {"channels": 1, "sources": 1, "subscriptions": 200}
    for reader in readers:
        reader.leave()
    assert not runs[0].is_set()
    assert runs[0].wait(2)
    until(lambda: hub.counts()["sources"] == 0)


def test_a_source_outlives_a_short_absence(hub: Hub) -> None:
    runs: list[threading.Event] = []

    def source(emit: Emit, stopping: threading.Event) -> None:
        runs.append(stopping)
        emit("line", "first")
        stopping.wait(10)

    first = Reader(hub, "log", source=source, history=10)
    until(lambda: first.data() == ["first"])
    first.leave()
    second = Reader(hub, "log", source=source, history=10)
    time.sleep(0.2)

    assert second.data() == ["first"]
    assert len(runs) == 1
    assert not runs[0].is_set()


def test_a_source_that_fails_says_so_and_the_next_reader_starts_it_again(hub: Hub) -> None:
    answers: list[Exception | None] = [NotFound("The pod is gone."), ValueError("bug"), None]

    def source(emit: Emit, stopping: threading.Event) -> None:
        answer = answers.pop(0)
        if answer:
            raise answer
        emit("line", "fine")

    first = Reader(hub, "log", source=source)
    until(first.read)
    assert first.frames[0]["event"] == "error"
    assert first.frames[0]["data"]["message"] == "The pod is gone."
    assert first.frames[0]["data"]["code"] == "not-found"

    second = Reader(hub, "log", source=source)
    until(second.read)
    assert second.frames[0]["event"] == "error"
    assert "bug" not in json.dumps(second.frames)

    third = Reader(hub, "log", source=source)
    until(third.read)
    assert third.data() == ["fine"]
    for reader in (first, second):
        reader.leave()
    hub.publish("log", "line", "more")
    assert third.data() == ["fine", "more"]


def test_channels_and_sources_are_bounded() -> None:
    def source(_emit: Emit, stopping: threading.Event) -> None:
        stopping.wait(10)

    hub = Hub(max_channels=2, max_sources=1)
    Reader(hub, "a", source=source)
    with pytest.raises(Unavailable):
        Reader(hub, "b", source=source)
    Reader(hub, "b")
    Reader(hub, "b")
    with pytest.raises(Unavailable):
        Reader(hub, "c")
    hub.close()


def test_closing_stops_every_source() -> None:
    stopped = threading.Event()

    def source(_emit: Emit, stopping: threading.Event) -> None:
        stopping.wait(10)
        stopped.set()

    hub = Hub()
    Reader(hub, "a", source=source)

    hub.close()

    assert stopped.wait(2)
    assert hub.counts()["channels"] == 0


def test_facts_are_published_when_the_transaction_is_committed(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    monkeypatch.setattr(publish_module, "hub", hub)
    reader = Reader(hub, "tenant.1")

    with transaction.atomic():
        publish_on_commit("tenant.1", "members-changed", {})
        assert reader.data() == []
    assert reader.data() == [{}]

    publish("tenant.1", "volumes-changed", {})
    assert [frame["event"] for frame in reader.read()] == ["members-changed", "volumes-changed"]
