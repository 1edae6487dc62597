from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from console.cluster import cache as cache_module
from console.cluster import connect
from console.cluster.cache import ClusterCache
from console.cluster.errors import Expired, Unavailable
from console.cluster.protocol import Change
from console.cluster.shelf import NAME_LABEL
from tests.console.cluster.scripted import ScriptedCluster, pod
from tests.fakes import FakeCluster

Heard = list[tuple[str, str]]
Start = Callable[..., tuple[ClusterCache, Heard]]


def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.005)


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[tuple[ClusterCache, ScriptedCluster]] = []

    def make(scripted: ScriptedCluster, **options: Any) -> tuple[ClusterCache, Heard]:
        heard: Heard = []
        cache = ClusterCache(scripted.as_cluster(), ("Pod",), first_pause=0.01, **options)

        def listen(_kind: str, change: Change) -> None:
            assert change.object is not None
            heard.append((change.type, change.object.metadata.name))

        cache.subscribe(listen)
        cache.start()
        started.append((cache, scripted))
        return cache, heard

    yield make
    for cache, scripted in started:
        cache.stop()
        scripted.end()
        assert cache.stop(timeout=5)


def names(items: tuple[Any, ...]) -> list[str]:
    return [item.metadata.name for item in items]


def test_reads_what_was_listed_sorted_by_name(start: Start) -> None:
    cache, _ = start(ScriptedCluster(pod("b"), pod("a"), pod("c", namespace="team-b")))

    assert cache.synced(5)
    assert names(cache.list("Pod", "team-a")) == ["a", "b"]
    assert names(cache.list("Pod")) == ["a", "b", "c"]
    assert cache.list("Pod", "nobody") == ()
    assert cache.get("Pod", "team-b", "c") is cache.list("Pod", "team-b")[0]
    assert cache.get("Pod", "team-a", "c") is None


def test_a_list_is_sorted_once_until_something_changes(start: Start) -> None:
    scripted = ScriptedCluster(pod("a"))
    cache, _ = start(scripted)
    cache.synced(5)
    first = cache.list("Pod", "team-a")

    assert cache.list("Pod", "team-a") is first
    scripted.send("ADDED", pod("b", 101))
    until(lambda: names(cache.list("Pod", "team-a")) == ["a", "b"])
    assert names(first) == ["a"]


def test_finds_by_label_and_by_owner(start: Start) -> None:
    scripted = ScriptedCluster(
        pod("b", labels={NAME_LABEL: "web", "tier": "front"}, owner="rs-1"),
        pod("a", labels={NAME_LABEL: "web"}, owner="rs-2"),
        pod("c", labels={NAME_LABEL: "web"}, namespace="team-b"),
    )
    cache, _ = start(scripted)
    cache.synced(5)

    assert names(cache.by_label("Pod", "team-a", NAME_LABEL, "web")) == ["a", "b"]
    assert names(cache.by_label("Pod", "", NAME_LABEL, "web")) == ["a", "b", "c"]
    assert names(cache.by_label("Pod", "team-a", "tier", "front")) == ["b"]
    assert names(cache.owned_by("Pod", "team-a", "rs-1")) == ["b"]
    scripted.send("MODIFIED", pod("b", 101, labels={NAME_LABEL: "other"}, owner="rs-3"))
    until(lambda: names(cache.by_label("Pod", "team-a", NAME_LABEL, "web")) == ["a"])
    assert cache.owned_by("Pod", "team-a", "rs-1") == ()
    assert names(cache.owned_by("Pod", "team-a", "rs-3")) == ["b"]


def test_listeners_hear_every_change_once(start: Start) -> None:
    scripted = ScriptedCluster(pod("a", 1))
    cache, heard = start(scripted)
    cache.synced(5)

    scripted.send("ADDED", pod("a", 1))
    scripted.send("MODIFIED", pod("a", 101))
    scripted.send("MODIFIED", pod("a", 101))
    scripted.send("BOOKMARK", None)
    scripted.send("DELETED", pod("a", 102))
    scripted.send("DELETED", pod("a", 102))
    scripted.send("ADDED", pod("z", 103))

    until(lambda: ("ADDED", "z") in heard)
    assert heard == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a"), ("ADDED", "z")]


def test_an_expired_watch_lists_again_and_tells_only_the_differences(start: Start) -> None:
    scripted = ScriptedCluster(pod("same", 1), pod("changed", 1), pod("gone", 1), pod("new", 1))
    scripted.items.pop()
    cache, heard = start(scripted)
    cache.synced(5)
    heard.clear()

    scripted.items = [pod("same", 1), pod("changed", 2), pod("new", 3)]
    scripted.version = 500
    scripted.fail(Expired("too old"))

    until(lambda: len(scripted.watched_from) == 2)
    assert scripted.lists == 2
    assert scripted.watched_from == ["100", "500"]
    assert sorted(heard) == [("ADDED", "new"), ("DELETED", "gone"), ("MODIFIED", "changed")]
    assert names(cache.list("Pod")) == ["changed", "new", "same"]


def test_an_object_made_anew_under_its_name_is_a_deletion_and_an_addition(start: Start) -> None:
    scripted = ScriptedCluster(pod("a", 1, uid="first"))
    cache, heard = start(scripted)
    cache.synced(5)

    scripted.items = [pod("a", 2, uid="second")]
    scripted.fail(Expired("too old"))

    until(lambda: len(heard) == 3)
    assert heard[1:] == [("DELETED", "a"), ("ADDED", "a")]
    scripted.send("DELETED", pod("a", 1, uid="first"))
    scripted.send("ADDED", pod("b", 3))
    until(lambda: ("ADDED", "b") in heard)
    assert names(cache.list("Pod")) == ["a", "b"]


def test_a_broken_watch_goes_on_from_where_it_was(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    scripted = ScriptedCluster(pod("a"))
    _, heard = start(scripted)
    scripted.watching.wait(5)
    scripted.send("ADDED", pod("b", 101))
    until(lambda: len(heard) == 2)

    with caplog.at_level(logging.WARNING, "console.cluster.cache"):
        scripted.fail(Unavailable("connection refused"))
        until(lambda: len(scripted.watched_from) == 2)

    assert scripted.lists == 1
    assert scripted.watched_from == ["100", "101"]
    assert "connection refused" in caplog.text


@pytest.mark.parametrize("error", [Unavailable("down"), RuntimeError("a fault of ours")])
def test_failing_lists_are_tried_again_with_growing_pauses(
    start: Start, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.cluster.cache.random.uniform", lambda *_: 1.0)
    scripted = ScriptedCluster(pod("a"))
    scripted.list_failures = [error] * 4

    began = time.monotonic()
    cache, _ = start(scripted)
    assert not cache.synced()
    assert cache.synced(5)

    assert scripted.lists == 5
    assert time.monotonic() - began >= 0.01 + 0.02 + 0.04 + 0.08


def test_a_cluster_that_ends_watches_at_once_is_not_asked_in_a_loop(start: Start) -> None:
    class Hasty(ScriptedCluster):
        def watch(self, kind: str, *, resource_version: str, timeout: float) -> Iterator[Change]:
            self.watched_from.append(resource_version)
            return iter(())

    hasty = Hasty(pod("a"))
    cache, _ = start(hasty)
    cache.synced(5)
    time.sleep(0.3)

    assert len(hasty.watched_from) < 12
    assert cache.staleness() > 0.1


def test_staleness_is_zero_while_a_watch_is_open_and_grows_without_one(start: Start) -> None:
    scripted = ScriptedCluster(pod("a"))
    cache, _ = start(scripted)
    cache.synced(5)
    scripted.watching.wait(5)
    until(lambda: cache.staleness() == 0.0)

    scripted.list_failures = [Unavailable("down")] * 1000
    scripted.fail(Expired("too old"))

    until(lambda: cache.staleness() > 0.05)
    scripted.list_failures.clear()
    until(lambda: cache.staleness() == 0.0)


def test_a_watch_that_hangs_beyond_its_time_is_stale(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "OVERDUE_SECONDS", 0.05)
    release = threading.Event()

    class Hanging(ScriptedCluster):
        def watch(self, kind: str, *, resource_version: str, timeout: float) -> Iterator[Change]:
            release.wait(10)
            yield Change("BOOKMARK", None, "1")

    cache, _ = start(Hanging(pod("a")), watch_seconds=0.1)
    cache.synced(5)
    try:
        until(lambda: cache.staleness() > 0.15)
    finally:
        release.set()


def test_a_listener_that_fails_harms_nobody(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    scripted = ScriptedCluster()
    cache, heard = start(scripted)

    def fail(_kind: str, _change: Change) -> None:
        raise ValueError("broken listener")

    unsubscribe = cache.subscribe(fail)
    scripted.send("ADDED", pod("a", 101))
    until(lambda: len(heard) == 1)
    unsubscribe()
    scripted.send("ADDED", pod("b", 102))
    until(lambda: len(heard) == 2)

    assert caplog.text.count("a listener failed") == 1


def test_stop_waits_for_nothing_and_ends_when_the_cluster_answers() -> None:
    scripted = ScriptedCluster(pod("a"))
    cache = ClusterCache(scripted.as_cluster(), ("Pod",))
    cache.start()
    scripted.watching.wait(5)

    assert not cache.stop(timeout=0.05)
    scripted.end()
    assert cache.stop(timeout=5)
    assert scripted.lists == 1


def test_one_cache_a_cluster(cluster: FakeCluster) -> None:
    first = cache_module.cache()

    assert cache_module.cache() is first
    assert first.cluster is cluster
    connect.use(FakeCluster())
    assert cache_module.cache() is not first


def test_refresh_fills_the_cache_without_threads(cluster: FakeCluster) -> None:
    cluster.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}})

    cache_module.cache().refresh()

    assert cache_module.cache().synced()
    assert names(cache_module.cache().list("Namespace")) == ["team-a"]
    cache_module.stop()


def test_the_service_starts_and_stops_the_cache_of_the_process(cluster: FakeCluster) -> None:
    cache_module.start()
    cache = cache_module.cache()
    assert cache.synced(5)

    cache_module.stop()

    with cluster.failing():
        assert cache.stop(timeout=5)
    assert cache_module.cache() is not cache
