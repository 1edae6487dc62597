"""One run of one container: a process, its output, its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from console.cluster.local.kubelet.logs import LogWriter, Stream
from console.cluster.local.kubelet.processes import Stragglers, ended, signal_group, spawn

READ = 64 * 1024
# A container that prints without end waits in its pipe, and the console goes on.
MOST_PER_SECOND = 8 * 2**20
DRAIN_SECONDS = 2.0
MOST_OUTPUT = 1024


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run, where, and with which variables."""

    argv: Sequence[str]
    directory: Path
    environment: Mapping[str, str]


class Output:
    """Moves one stream from its pipe to the log, no faster than is fair."""

    def __init__(self, pipe: int, stream: Stream, writer: LogWriter) -> None:
        self._loop = asyncio.get_running_loop()
        self._pipe = os.dup(pipe)
        self._stream = stream
        self._writer = writer
        self._since, self._amount = time.monotonic(), 0
        self._resume: asyncio.TimerHandle | None = None
        self.done = asyncio.Event()
        os.set_blocking(self._pipe, False)
        self._loop.add_reader(self._pipe, self._read)

    def close(self) -> None:
        """Read no more."""
        if self.done.is_set():
            return
        self.done.set()
        if self._resume:
            self._resume.cancel()
        self._loop.remove_reader(self._pipe)
        os.close(self._pipe)

    def _read(self) -> None:
        try:
            data = os.read(self._pipe, READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._writer.feed(self._stream, data)
        self._pace(len(data))

    def _pace(self, amount: int) -> None:
        passed = time.monotonic() - self._since
        if passed >= 1:
            self._since, self._amount, passed = time.monotonic(), 0, 0.0
        self._amount += amount
        if self._amount >= MOST_PER_SECOND:
            self._loop.remove_reader(self._pipe)
            self._resume = self._loop.call_later(1 - passed, self._go_on)

    def _go_on(self) -> None:
        self._resume = None
        self._loop.add_reader(self._pipe, self._read)


class Execution:
    """A running container; `wait` is awaited exactly once."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        identity: str,
        writer: LogWriter,
        stragglers: Stragglers,
    ) -> None:
        self._process = process
        self._stragglers = stragglers
        self._ended = asyncio.Event()
        self.identity = identity
        self.writer = writer
        self.out_of_memory = False
        self._outputs = []
        streams: tuple[Stream, Stream] = ("stdout", "stderr")
        for stream, pipe in zip(streams, (process.stdout, process.stderr), strict=True):
            if pipe:
                self._outputs.append(Output(pipe.fileno(), stream, writer))
                pipe.close()

    async def wait(self) -> int:
        """Return the exit code once nothing of the container is left; 128 and more for a signal."""
        await ended(self._process)
        # Before the exit code is collected, while the number of the group can't be another's.
        signal_group(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        self._ended.set()
        await self._stragglers.kill(self.identity)
        drained = asyncio.gather(*(output.done.wait() for output in self._outputs))
        try:
            await asyncio.wait_for(drained, DRAIN_SECONDS)
        except TimeoutError:
            for output in self._outputs:
                output.close()
        self.writer.close()
        return 128 - code if code < 0 else code

    def kill(self) -> None:
        """End it now; `wait` tells when it has."""
        if not self._ended.is_set():
            signal_group(self._process.pid, signal.SIGKILL)

    async def stop(self, grace: float) -> None:
        """Ask it to end, all of it, and end it after the grace."""
        if grace > 0 and not self._ended.is_set():
            signal_group(self._process.pid, signal.SIGTERM)
            await self._stragglers.signal(self.identity, signal.SIGTERM, self._process.pid)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), grace)
        self.kill()


async def launch(what: Launch, executor: Executor) -> subprocess.Popen[bytes]:
    """Start a process without holding up the loop. Raises OSError."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(
        executor,
        lambda: spawn(what.argv, directory=what.directory, environment=what.environment),
    )


async def execute(what: Launch, executor: Executor, limit: float) -> tuple[int, str]:
    """Run a command beside a container; return its exit code and the start of its output."""
    process = await launch(what, executor)
    try:
        await asyncio.wait_for(ended(process), limit)
    finally:
        signal_group(process.pid, signal.SIGKILL)
        code = process.wait()
        texts = [_peek(pipe.fileno()) for pipe in (process.stdout, process.stderr) if pipe]
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()
    return code, " ".join("".join(texts).split())


def _peek(pipe: int) -> str:
    """Return the start of what is in a pipe now."""
    os.set_blocking(pipe, False)
    try:
        return os.read(pipe, MOST_OUTPUT).decode(errors="replace")
    except OSError:
        return ""
