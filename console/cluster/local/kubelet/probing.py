"""Runs the probes of a container and tells it what they found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from console.cluster.local.kubelet.execution import execute
from console.cluster.local.kubelet.preparation import Prepared, command_beside
from console.cluster.local.kubelet.probes import Probe, Target
from console.cluster.local.kubelet.surroundings import Surroundings
from console.cluster.objects import Manifest


class Probed(Protocol):
    """What probes ask of a container, and what they tell it."""

    spec: Manifest
    status: Manifest

    def set_ready(self, ready: bool) -> None:
        """Take the container into or out of Services."""
        ...

    def set_started(self) -> None:
        """Note that the startup probe has succeeded."""
        ...

    async def restart(self, why: str) -> None:
        """End the process because a probe says so."""
        ...


class Probing:
    """The probes of one run: first the startup probe, then the two others."""

    def __init__(self, around: Surroundings, container: Probed, prepared: Prepared) -> None:
        self._around = around
        self._container = container
        self._prepared = prepared
        self._target = Target(around.ports, self._execute)
        self._tasks: set[asyncio.Task[None]] = set()
        if container.spec.get("startupProbe"):
            self._begin("startupProbe", "Startup", self._startup)
        else:
            self._begin_others()

    def close(self) -> None:
        """Ask nothing more."""
        for task in self._tasks:
            task.cancel()

    def _begin_others(self) -> None:
        self._begin("readinessProbe", "Readiness", self._container.set_ready)
        self._begin("livenessProbe", "Liveness", self._liveness)

    def _begin(self, field: str, name: str, verdict: Callable[[bool], None]) -> None:
        spec = self._container.spec.get(field)
        if not spec:
            return

        def failed(message: str) -> None:
            text = f"{name} probe failed: {message}"
            self._around.node.warning(self._around.pod, "Unhealthy", text)

        self._spawn(Probe(spec, self._target).run(lambda good, _: verdict(good), failed))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _startup(self, good: bool) -> None:
        if not good:
            self._spawn(self._container.restart("startup"))
        elif not self._container.status["started"]:
            self._container.set_started()
            self._begin_others()

    def _liveness(self, good: bool) -> None:
        if not good:
            self._spawn(self._container.restart("liveness"))

    async def _execute(self, argv: list[str], limit: float) -> tuple[int, str]:
        return await execute(
            command_beside(self._prepared, argv), self._around.node.executor, limit
        )
