from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from console import asgi, runtime


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_registered", {})
    monkeypatch.setattr(runtime, "_started", [])


@pytest.fixture
def heard() -> list[str]:
    return []


def service(name: str, heard: list[str], failing: str = "") -> runtime.Service:
    def act(what: str) -> Callable[[], None]:
        def run() -> None:
            heard.append(f"{what} {name}")
            if what == failing:
                raise RuntimeError(f"{name} can't {what}")

        return run

    return runtime.Service(name, act("start"), act("stop"))


def test_starts_in_order_once_and_stops_in_reverse(heard: list[str]) -> None:
    for name in ("cluster", "cache", "sync"):
        runtime.register(service(name, heard))

    runtime.start()
    runtime.start()
    runtime.stop()
    runtime.stop()

    assert heard == [
        *("start cluster", "start cache", "start sync"),
        *("stop sync", "stop cache", "stop cluster"),
    ]


def test_a_failed_start_stops_what_runs(heard: list[str]) -> None:
    runtime.register(service("cluster", heard))
    runtime.register(service("cache", heard, failing="start"))

    with pytest.raises(RuntimeError, match="cache can't start"):
        runtime.start()

    assert heard == ["start cluster", "start cache", "stop cluster"]


def test_a_failed_stop_keeps_nobody_else_running(
    heard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    runtime.register(service("cluster", heard))
    runtime.register(service("cache", heard, failing="stop"))
    runtime.start()

    runtime.stop()

    assert heard[-2:] == ["stop cache", "stop cluster"]
    assert "service cache did not stop" in caplog.text


async def lifespan(*events: str) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    incoming = iter(events)

    async def receive() -> dict[str, str]:
        return {"type": f"lifespan.{next(incoming)}"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await asgi.application({"type": "lifespan"}, receive, send)
    return sent


async def test_the_server_starts_and_stops_the_services(heard: list[str]) -> None:
    runtime.register(service("cluster", heard))

    sent = await lifespan("startup", "shutdown")

    assert heard == ["start cluster", "stop cluster"]
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


async def test_a_service_that_can_not_start_ends_the_server(
    heard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    runtime.register(service("cluster", heard, failing="start"))

    sent = await lifespan("startup")

    assert sent == [{"type": "lifespan.startup.failed", "message": "cluster can't start"}]
    assert "the console can not start" in caplog.text
