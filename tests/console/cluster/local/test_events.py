"""Events are counted, expire and never grow without bound."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.cluster.local import events
from console.cluster.local.events import EventRecorder
from console.cluster.local.journal import Journal
from console.cluster.local.store import Store
from console.cluster.objects import Manifest

POD: Manifest = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web-1", "namespace": "team-a", "uid": "7"},
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(Journal(tmp_path / "store.sqlite3"))
    yield made
    made.close()


def test_the_same_is_counted(store: Store) -> None:
    recorder = EventRecorder(store)
    for _ in range(3):
        recorder.warning(POD, "BackOff", "again", "kubelet")
    recorder.normal(POD, "Started", "up", "kubelet")
    counted = {event["reason"]: event["count"] for event in store.all("Event")}
    assert counted == {"BackOff": 3, "Started": 1}
    again = EventRecorder(store)
    again.warning(POD, "BackOff", "again", "kubelet")
    assert {event["count"] for event in store.all("Event")} == {4, 1}


def test_they_expire(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = EventRecorder(store)
    recorder.normal(POD, "Started", "up", "kubelet")
    later = time.time() + events.LIFETIME + 1
    monkeypatch.setattr(time, "time", lambda: later)
    recorder.expire()
    assert store.all("Event") == []


def test_the_oldest_go_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST", 5)
    recorder = EventRecorder(store)
    for number in range(8):
        recorder.normal(POD, "Started", str(number), "kubelet")
    assert sorted(event["message"] for event in store.all("Event")) == list("34567")
