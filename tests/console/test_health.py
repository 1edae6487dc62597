from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import pytest
from django.test import Client

from console import backends, health
from console.cluster.cache import cache
from console.cluster.errors import Unavailable
from tests.fakes import FakeCluster


@pytest.fixture(autouse=True)
def only_these(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(backends, "_registered", {})
    monkeypatch.setattr(backends, "_running", {})
    yield
    cache().stop()


def test_healthz_asks_nobody(client: Client) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.content == b"ok\n"
    assert "no-store" in answer["Cache-Control"]


def test_readyz_names_each_backend_with_state_and_latency(client: Client) -> None:
    backends.register(backends.Backend("files", lambda: None))
    backends.register(backends.Backend("cluster", lambda: None))

    answer = client.get("/readyz")

    assert answer.status_code == 200
    document = answer.json()
    assert document["ready"] is True
    assert [(one["name"], one["state"]) for one in document["backends"]] == [
        ("cluster", "up"),
        ("files", "up"),
    ]
    assert all(one["milliseconds"] >= 0 for one in document["backends"])


def test_one_that_is_down_makes_it_503_and_tells_no_secret(client: Client) -> None:
    def probe() -> None:
        raise Unavailable("postgres://user:canary@host does not answer")

    backends.register(backends.Backend("database", probe))
    backends.register(backends.Backend("files", lambda: None))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert {one["name"]: one["state"] for one in answer.json()["backends"]} == {
        "database": "down",
        "files": "up",
    }
    assert "canary" not in answer.content.decode()


def test_one_that_hangs_delays_the_answer_by_a_bound_and_costs_one_thread() -> None:
    release = threading.Event()
    asked: list[int] = []

    def probe() -> None:
        asked.append(1)
        release.wait(10)

    backends.register(backends.Backend("slow", probe))
    backends.register(backends.Backend("quick", lambda: None))
    began = time.monotonic()
    try:
        for _ in range(3):
            states = {one.name: one.state for one in backends.ask_all(patience=0.1)}
            assert states == {"quick": "up", "slow": "hung"}
    finally:
        release.set()

    assert len(asked) == 1
    assert time.monotonic() - began < 2
    deadline = time.monotonic() + 5
    while not backends.all_up(backends.ask_all(patience=0.2)):
        assert time.monotonic() < deadline


@pytest.mark.django_db(transaction=True)
def test_the_backends_of_the_foundation(cluster: FakeCluster) -> None:
    health.register()
    states = {one.name: one.state for one in backends.ask_all()}
    assert states == {"database": "up", "cluster": "up", "cluster-cache": "down"}

    cache().start()
    assert cache().synced(5)
    deadline = time.monotonic() + 5
    while not backends.all_up(backends.ask_all()):
        assert time.monotonic() < deadline

    with cluster.failing():
        states = {one.name: one.state for one in backends.ask_all()}
        assert states["cluster"] == "down"
        assert cache().stop() or cache().stop(timeout=5)


def test_browsers_that_guess_the_icon_find_it(client: Client) -> None:
    answer = client.get("/favicon.ico")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/static/console/moonbase")
    assert b"<svg" in client.get(answer["Location"]).content


def test_static_files_are_whole_answers(client: Client) -> None:
    answer = client.get("/static/console/moonbase.svg")

    assert not answer.streaming
    assert answer["Content-Type"] == "image/svg+xml"
    again = client.get(
        "/static/console/moonbase.svg", HTTP_IF_MODIFIED_SINCE=answer["Last-Modified"]
    )
    assert again.status_code == 304
    assert again.content == b""
    part = client.get("/static/console/moonbase.svg", HTTP_RANGE="bytes=0-3")
    assert part.status_code == 206
    assert part.content == b"<svg"


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/favicon.ico"])
def test_they_are_read_only(client: Client, address: str) -> None:
    assert client.post(address, json.dumps({}), content_type="application/json").status_code == 405
