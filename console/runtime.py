"""What a process runs beside requests: cluster cache, reconcilers, later collectors.

Apps register a service in `AppConfig.ready`; the server's lifespan starts all of them once and
stops them in reverse order. A process that only runs a command starts none.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """Something with a start and a stop; both return quickly and may be called once."""

    name: str
    start: Callable[[], None]
    stop: Callable[[], None]


_registered: dict[str, Service] = {}
_started: list[Service] = []
_lock = threading.Lock()


def register(service: Service) -> None:
    """Add a service to what `start` starts, in order of registration; a name counts once."""
    _registered[service.name] = service


def start() -> None:
    """Start every registered service that is not running; what fails to start stops the others."""
    with _lock:
        for service in _registered.values():
            if service in _started:
                continue
            try:
                service.start()
            except BaseException:
                _stop_all()
                raise
            _started.append(service)


def stop() -> None:
    """Stop the running services, the last one first."""
    with _lock:
        _stop_all()


def _stop_all() -> None:
    while _started:
        service = _started.pop()
        try:
            service.stop()
        except Exception:
            log.exception("service %s did not stop", service.name)
