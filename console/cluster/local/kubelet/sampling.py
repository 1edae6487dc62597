"""What containers use: one look at all processes a second, and none while nothing runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

import psutil

from console.cluster.local.kubelet import reaper

# Near its limit a container is watched closer; memory grows faster than a second.
NEAR = 0.5
CLOSER = 0.2
SETTLED = 5.0

_Process = tuple[int, float]


@dataclass(slots=True)
class Watched:
    """One container under watch."""

    memory_limit: int
    exceeded: Callable[[], None]
    cpu_milli: float = 0.0
    memory_bytes: int = 0
    at: float = field(default_factory=time.time)


@dataclass(slots=True)
class _Look:
    """What one look found of a container."""

    memory: int = 0
    cpu: float = 0.0
    processes: list[psutil.Process] = field(default_factory=list)


class Sampler:
    """Samples CPU and memory of containers, and tells who is over the memory limit."""

    def __init__(self, node: str, executor: Executor, interval: float) -> None:
        self._node = node.encode()
        self._executor = executor
        self._interval = interval
        self._owners: dict[_Process, str] = {}
        self._cpu: dict[_Process, float] = {}
        self._looked = 0.0
        self._task: asyncio.Task[None] | None = None
        self.watched: dict[str, Watched] = {}

    def watch(self, identity: str, memory_limit: int, exceeded: Callable[[], None]) -> None:
        """Begin to sample a container; called in the loop."""
        self.watched[identity] = Watched(memory_limit, exceeded)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def forget(self, identity: str) -> None:
        """Sample a container no more."""
        self.watched.pop(identity, None)

    def close(self) -> None:
        """Sample nothing more."""
        self.watched.clear()
        if self._task:
            self._task.cancel()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self.watched:
            await asyncio.sleep(self._pause())
            looks = await loop.run_in_executor(self._executor, self._look)
            for identity in looks.keys() & self.watched.keys():
                self._judge(self.watched[identity], looks[identity])
        self._owners.clear()
        self._cpu.clear()
        self._looked = 0.0

    def _pause(self) -> float:
        near = any(
            watched.memory_limit and watched.memory_bytes > watched.memory_limit * NEAR
            for watched in self.watched.values()
        )
        return min(self._interval, CLOSER) if near else self._interval

    def _judge(self, watched: Watched, look: _Look) -> None:
        watched.cpu_milli, watched.memory_bytes, watched.at = look.cpu, look.memory, time.time()
        if watched.memory_limit and look.memory > watched.memory_limit:
            watched.exceeded()

    def _look(self) -> dict[str, _Look]:
        """Return what each container uses; runs in a helper thread, one at a time."""
        limits = {identity: item.memory_limit for identity, item in list(self.watched.items())}
        now = time.monotonic()
        passed = now - self._looked if self._looked else 0.0
        self._looked = now
        owners: dict[_Process, str] = {}
        cpu: dict[_Process, float] = {}
        looks: dict[str, _Look] = {}
        for process in psutil.process_iter():
            try:
                self._add(process, owners, cpu, looks, passed)
            except (psutil.Error, OSError):
                continue
        self._owners, self._cpu = owners, cpu
        for identity, look in looks.items():
            if limits.get(identity, 0) and look.memory > limits[identity]:
                look.memory = _unshared(look)
        return looks

    def _add(
        self,
        process: psutil.Process,
        owners: dict[_Process, str],
        cpu: dict[_Process, float],
        looks: dict[str, _Look],
        passed: float,
    ) -> None:
        key = (process.pid, process.create_time())
        owner = self._owners.get(key)
        if owner is None:
            owner = self._owner(process.pid)
        if owner or time.time() - key[1] > SETTLED:
            # A young process is looked at again: between fork and exec it may lack the mark.
            owners[key] = owner
        if not owner:
            return
        with process.oneshot():
            times = process.cpu_times()
            memory = process.memory_info().rss
        look = looks.setdefault(owner, _Look())
        look.memory += memory
        look.processes.append(process)
        cpu[key] = times.user + times.system
        if passed:
            look.cpu += max(cpu[key] - self._cpu.get(key, 0.0), 0.0) / passed * 1000

    def _owner(self, pid: int) -> str:
        variables = reaper.environment(pid)
        if variables.get(reaper.NODE.encode()) != self._node:
            return ""
        return variables.get(reaper.CONTAINER.encode(), b"").decode(errors="replace")


def _unshared(look: _Look) -> int:
    """Return memory with what processes share counted once; dearer, so only for a verdict."""
    total = 0
    for process in look.processes:
        try:
            total += process.memory_full_info().pss
        except (psutil.Error, OSError, AttributeError):
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue
    return total
