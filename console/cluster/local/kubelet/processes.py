"""Starts, watches and ends the processes of this machine that are containers."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path

from console.cluster.local.kubelet import reaper

POLL_SECONDS = 0.1
# Containers yield to the console, and go before it when the machine runs out of memory.
NICENESS = 5
OOM_SCORE = "800"


def node_id(directory: Path) -> str:
    """Return the marker of a data directory: the same at every start, without its path."""
    return hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:16]


def sweep(node: str) -> bool:
    """Kill what an earlier console left; False when something would not go."""
    return reaper.kill_all(lambda: reaper.marked(node))


class Reaper:
    """The process that outlives this one, if only for a moment."""

    def __init__(self, node: str, prefix: str) -> None:
        script = str(Path(reaper.__file__))
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-S", "-E", "-I", script, node, prefix],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={},
            cwd="/",
        )

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    def close(self) -> None:
        """Have it kill what is left and end."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=reaper.PATIENCE + 2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def spawn(
    argv: Sequence[str], *, directory: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, with this environment and nothing else."""
    process = subprocess.Popen(  # noqa: S603 - running what tenants ask for is the purpose
        list(argv),
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        bufsize=0,
    )
    _tame(process.pid)
    return process


def _tame(pid: int) -> None:
    """Lower the priority of a new process; one that has ended already needs none."""
    try:
        os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
        if sys.platform == "linux":
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
            Path(f"/proc/{pid}/oom_score_adj").write_text(OOM_SCORE, encoding="ascii")
    except OSError:
        return


async def ended(process: subprocess.Popen[bytes]) -> None:
    """Return when a process has ended, before anybody asks for its exit code."""
    loop = asyncio.get_running_loop()
    try:
        descriptor = os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        while process.poll() is None:  # noqa: ASYNC110 - no event tells it on this system
            await asyncio.sleep(POLL_SECONDS)
        return
    done = asyncio.Event()
    loop.add_reader(descriptor, done.set)
    try:
        await done.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def signal_group(pid: int, number: signal.Signals) -> None:
    """Signal the process group of a container's first process, if any of it is left."""
    try:
        os.killpg(pid, number)
    except OSError:
        return


class Stragglers:
    """Finds processes of containers wherever they are; one look serves all who ask meanwhile."""

    def __init__(self, node: str, executor: Executor) -> None:
        self._node = node
        self._executor = executor
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def kill(self, container: str) -> None:
        """Return when no process of an ended container is left."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(container, []).append(done)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        await done

    async def signal(self, container: str, number: signal.Signals, group: int) -> None:
        """Signal the processes of a container that are not in its first process group."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._executor, _signal, self._node, container, number, group)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            try:
                await loop.run_in_executor(self._executor, _kill, self._node, set(waiting))
            finally:
                for future in (future for futures in waiting.values() for future in futures):
                    if not future.done():
                        future.set_result(None)


def _kill(node: str, containers: set[str]) -> None:
    reaper.kill_all(lambda: _of(node, containers))


def _signal(node: str, container: str, number: signal.Signals, group: int) -> None:
    for pid in _of(node, {container}):
        try:
            if os.getpgid(pid) != group:
                os.kill(pid, number)
        except OSError:
            continue


def _of(node: str, containers: set[str]) -> list[int]:
    """Return the processes of these containers."""
    names = {name.encode() for name in containers}
    key = reaper.CONTAINER.encode()
    return [pid for pid in reaper.marked(node) if reaper.environment(pid).get(key) in names]
