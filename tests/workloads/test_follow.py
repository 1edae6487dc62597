"""The live log of all replicas: merged by time, in batches, with joins and ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.cluster.cache import ClusterCache
from console.cluster.protocol import LogLine, Ref
from console.errors import ConsoleError, NotFound
from console.realtime import topics
from tenants.models import User
from tests.fakes import FakeCluster
from tests.workloads.conftest import FAILED, RUNNING, item, put_pod, until
from workloads import follow
from workloads.follow import Cursor, Follower, Subject
from workloads.models import App, Job
from workloads.topics import WorkloadLog

START = datetime(2026, 1, 1, 10, tzinfo=UTC)


def line(seconds: float, text: str) -> LogLine:
    return LogLine(START + timedelta(seconds=seconds), "stdout", text)


class Stream:
    """A follower at work in a thread, and what it told."""

    def __init__(self, subject: Subject) -> None:
        self.told: list[tuple[str, Any]] = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(
            target=Follower(subject, quiet=0.1).run,
            args=(lambda event, data: self.told.append((event, data)), self.stopping),
            daemon=True,
        )
        self.thread.start()

    @property
    def lines(self) -> list[dict[str, str]]:
        return [one for event, data in self.told if event == "lines" for one in data]

    @property
    def texts(self) -> list[str]:
        return [one["text"] for one in self.lines]

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join(5)
        assert not self.thread.is_alive()


@pytest.fixture
def stream(web: App, known: ClusterCache, cluster: FakeCluster) -> Iterator[Stream]:
    """Return the stream of an App with two replicas that have written already."""
    namespace = web.tenant.namespace
    for name, at in (("web-1", 0.0), ("web-2", 0.5)):
        put_pod(cluster, web, name, **RUNNING)
        cluster.logs[namespace, name] = [line(at, f"{name} a"), line(at + 1, f"{name} b")]
    until(lambda: len(known.list("Pod", namespace)) == 2)
    found = Stream(Subject(namespace, "app", "web"))
    yield found
    found.stop()


def test_what_was_written_comes_first_by_time(stream: Stream) -> None:
    until(lambda: len(stream.lines) >= 4)
    assert stream.texts[:4] == ["web-1 a", "web-2 a", "web-1 b", "web-2 b"]
    assert stream.lines[0] == {
        "at": "2026-01-01T10:00:00+00:00",
        "pod": "web-1",
        "container": "main",
        "stream": "stdout",
        "text": "web-1 a",
    }


def test_new_lines_come_once_and_pods_join_and_end(
    stream: Stream, web: App, cluster: FakeCluster
) -> None:
    namespace = web.tenant.namespace
    until(lambda: len(stream.lines) >= 4)
    cluster.logs[namespace, "web-1"].append(line(9, "later"))
    until(lambda: "later" in stream.texts)
    cluster.logs[namespace, "web-3"] = [line(20, "third")]
    pod = put_pod(cluster, web, "web-3", **RUNNING)
    until(lambda: "third" in stream.texts)
    assert "web-3 joined." in stream.texts
    cluster.remove(pod)
    until(lambda: "web-3 ended." in stream.texts)
    assert len(stream.texts) == len(set(stream.texts))
    remark = next(one for one in stream.lines if one["text"] == "web-3 joined.")
    assert (remark["stream"], remark["pod"]) == ("console", "web-3")


def test_a_restart_joins_again(stream: Stream, web: App, cluster: FakeCluster) -> None:
    status = {**RUNNING["containerStatuses"][0], "restartCount": 1}  # type: ignore[dict-item]
    ref = Ref("Pod", "web-1", web.tenant.namespace)
    until(lambda: len(stream.lines) >= 4)
    cluster.set_status(ref, containerStatuses=[status])
    until(lambda: "web-1 joined again (restart 1)." in stream.texts)


def test_a_container_that_waits_for_its_next_start_shows_why_it_crashed(
    web: App, known: ClusterCache, cluster: FakeCluster
) -> None:
    crashed: dict[str, Any] = {
        "name": "main",
        "restartCount": 0,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 2, "reason": "Error"}},
    }
    put_pod(cluster, web, "web-9", **{**RUNNING, "containerStatuses": [crashed]})
    cluster.logs[web.tenant.namespace, "web-9"] = [line(0, "no such file")]
    until(lambda: len(known.list("Pod", web.tenant.namespace)) == 1)
    stream = Stream(Subject(web.tenant.namespace, "app", "web"))
    try:
        until(lambda: "no such file" in stream.texts)
    finally:
        stream.stop()


def test_only_so_many_replicas_are_followed(
    web: App, known: ClusterCache, cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "MAX_PER_STREAM", 1)
    namespace = web.tenant.namespace
    for name in ("web-1", "web-2"):
        put_pod(cluster, web, name, **RUNNING)
    until(lambda: len(known.list("Pod", namespace)) == 2)
    stream = Stream(Subject(namespace, "app", "web"))
    text = "Only 1 replicas are followed here; the rest is not shown."
    until(lambda: text in stream.texts)
    stream.stop()
    assert stream.texts.count(text) == 1


def test_the_run_before_is_told_and_over(
    web: App, known: ClusterCache, cluster: FakeCluster
) -> None:
    namespace = web.tenant.namespace
    put_pod(cluster, web, "web-1", **RUNNING)
    cluster.logs[namespace, "web-1"] = [line(0, "old")]
    until(lambda: known.get("Pod", namespace, "web-1"))
    stream = Stream(Subject(namespace, "app", "web", previous=True))
    until(lambda: not stream.thread.is_alive())
    assert stream.texts == ["old"]
    assert stream.told[-1] == ("ended", {})


def test_a_job_that_has_ended_is_told_once(
    train: Job, known: ClusterCache, cluster: FakeCluster
) -> None:
    namespace = train.tenant.namespace
    put_pod(cluster, train, "train-1", **FAILED)
    cluster.logs[namespace, "train-1"] = [line(0, "x")]
    ref = Ref("Job", "train", namespace)
    cluster.set_status(ref, conditions=[{"type": "Failed", "status": "True"}])
    until(lambda: item(known, ref).status.conditions)
    until(lambda: known.get("Pod", namespace, "train-1"))
    stream = Stream(Subject(namespace, "job", "train"))
    until(lambda: ("ended", {}) in stream.told)
    stream.stop()
    assert stream.texts[0] == "x"
    assert stream.told.count(("ended", {})) == 1


def test_a_cluster_that_fails_does_not_end_the_stream(
    stream: Stream, web: App, cluster: FakeCluster
) -> None:
    until(lambda: len(stream.lines) >= 4)
    with cluster.failing():
        threading.Event().wait(0.3)
    cluster.logs[web.tenant.namespace, "web-1"].append(line(30, "back"))
    until(lambda: "back" in stream.texts)


def test_a_cursor_takes_up_a_log_without_repeating() -> None:
    cursor = Cursor()
    first = [line(0, "a"), line(1, "b"), line(1, "c")]
    for one in first:
        cursor.passed(one)
    again = [line(0, "a"), line(1, "b"), line(1, "c"), line(1, "d"), line(2, "e")]
    assert [one.text for one in cursor.new(iter(again))] == ["d", "e"]
    assert list(cursor.new(iter([line(2, "e")]))) == []


def test_who_may_listen(web: App, vera: User, charlie: User) -> None:
    topic = topics.find("workloads.log")
    assert isinstance(topic, WorkloadLog)
    params = {"tenant": "team-a", "kind": "app", "name": "web"}
    opened = topic.open(vera, params)
    assert (opened.channel, opened.history) == (f"log.app.{web.pk}..", 1_000)
    assert topic.open(vera, params | {"previous": True}).channel.endswith(".previous")
    with pytest.raises(NotFound):
        topic.open(charlie, params)
    for wrong in ({"name": "none"}, {"kind": "pod"}, {"kind": 3}, {"tenant": "team-b"}):
        with pytest.raises(ConsoleError):
            topic.open(vera, params | wrong)
