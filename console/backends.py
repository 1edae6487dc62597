"""The outside systems that this console stands on; apps register theirs in `AppConfig.ready`.

console/health.py asks each of them. A probe is one cheap call with a timeout of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Backend:
    """A system by name; `probe` returns when it answers and raises when it does not."""

    name: str
    probe: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Health:
    """How a backend is; `state` is up, down or hung, `milliseconds` how long the probe took."""

    name: str
    state: str
    milliseconds: float


_registered: dict[str, Backend] = {}
_running: dict[str, Future[Health]] = {}
_lock = threading.Lock()
_threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="probe")


def register(backend: Backend) -> None:
    """Add a backend to what is asked; a name counts once."""
    _registered[backend.name] = backend


def ask_all(patience: float = PATIENCE) -> list[Health]:
    """Return the health of every backend within `patience` seconds, by name.

    A probe that hangs is not started again before it has ended, so that a dead system costs one
    thread and not one a request.
    """
    began = time.monotonic()
    with _lock:
        asked = {name: _future(one) for name, one in sorted(_registered.items())}
    wait(asked.values(), timeout=patience)
    took = round((time.monotonic() - began) * 1000, 1)
    return [
        future.result() if future.done() else Health(name, "hung", took)
        for name, future in asked.items()
    ]


def _future(backend: Backend) -> Future[Health]:
    running = _running.get(backend.name)
    if running is None or running.done():
        running = _running[backend.name] = _threads.submit(_ask, backend)
    return running


def _ask(backend: Backend) -> Health:
    began = time.monotonic()
    try:
        backend.probe()
        state = "up"
    except Exception:  # noqa: BLE001 - any failure means that it is down
        state = "down"
    return Health(backend.name, state, round((time.monotonic() - began) * 1000, 1))


def all_up(healths: Iterable[Health]) -> bool:
    """Return whether every backend is up."""
    return all(health.state == "up" for health in healths)
