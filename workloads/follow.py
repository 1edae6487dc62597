"""Follows the logs of all replicas of a workload and merges them into one stream.

Each run of a container is read by a thread of its own, of which a process has at most `MAX_READERS`
and a stream `MAX_PER_STREAM`. Pods join as the cluster cache shows them; a line of the console's
own says when one joined and when one ended. What arrives within a short window is sorted by time.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from console.cluster.cache import cache
from console.cluster.connect import cluster
from console.cluster.objects import ContainerStatus, Pod
from console.cluster.protocol import LogLine
from console.errors import ConsoleError
from workloads.kinds.parts import KIND, NAME

log = logging.getLogger(__name__)

HISTORY_LINES = 1_000
BATCH_LINES = 200
WINDOW = 0.1
LOOK_AGAIN = 0.3
QUIET = 5.0
MAX_READERS = 200
MAX_PER_STREAM = 50
MAX_TEXT = 16_384

_readers = threading.BoundedSemaphore(MAX_READERS)

Line = dict[str, str]
Run = tuple[str, int]
"""One run of a container: its pod and how often it had restarted before."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose logs to follow; with `pod`, only that one."""

    namespace: str
    kind: str
    name: str
    container: str = ""
    previous: bool = False
    pod: str = ""

    def pods(self) -> list[Pod]:
        """Return the pods as the cluster cache shows them now."""
        found = cache().by_label("Pod", self.namespace, NAME, self.name)
        return [
            pod
            for pod in found
            if pod.metadata.labels.get(KIND) == self.kind and self.pod in {"", pod.metadata.name}
        ]

    def is_over(self) -> bool:
        """Return whether nothing will be written any more: the Job, or this pod, has ended."""
        if self.pod:
            return all(pod.status.phase in {"Succeeded", "Failed"} for pod in self.pods())
        job = cache().get("Job", self.namespace, self.name) if self.kind == "job" else None
        return job is not None and any(
            one.type in {"Complete", "Failed"} and one.status == "True"
            for one in job.status.conditions
        )


class _Closable(Protocol):
    def close(self) -> None: ...


def line_of(pod: str, container: str, line: LogLine) -> Line:
    """Return a line as browsers get it."""
    at = line.at.astimezone(UTC).isoformat()
    text = line.text[:MAX_TEXT]
    return {"at": at, "pod": pod, "container": container, "stream": line.stream, "text": text}


def remark(pod: str, text: str) -> Line:
    """Return a line of the console's own."""
    at = datetime.now(UTC).isoformat()
    return {"at": at, "pod": pod, "container": "", "stream": "console", "text": text}


class Follower:
    """One merged stream; `run` is the source of a hub channel."""

    def __init__(self, subject: Subject, *, quiet: float = QUIET) -> None:
        self._subject = subject
        self._quiet = quiet
        self._lines: queue.Queue[Line] = queue.Queue(maxsize=5_000)
        self._cursors: dict[Run, Cursor] = {}
        self._seen: set[Run] = set()
        self._reading: set[Run] = set()
        self._crowded = False

    def run(self, emit: Callable[[str, Any], None], stopping: threading.Event) -> None:
        """Publish what was written, then what is being written.

        The event `ended` says that a Job has ended and everything was told; a retry may follow.
        """
        self._emit(emit, self._history())
        told_end = False
        while not stopping.is_set() and not self._subject.previous:
            over = self._subject.is_over()
            self._join_new(stopping)
            lines = self._gather()
            self._emit(emit, lines)
            if over and not self._reading and not lines and self._lines.empty():
                if not told_end:
                    emit("ended", {})
                told_end = True
            else:
                told_end = False
        if self._subject.previous:
            emit("ended", {})

    def _emit(self, emit: Callable[[str, Any], None], lines: list[Line]) -> None:
        for start in range(0, len(lines), BATCH_LINES):
            emit("lines", lines[start : start + BATCH_LINES])

    def _gather(self) -> list[Line]:
        """Wait for a line, then for the end of the window, and return what came by time."""
        try:
            lines = [self._lines.get(timeout=LOOK_AGAIN)]
        except queue.Empty:
            return []
        end = time.monotonic() + WINDOW
        while len(lines) < 5_000:
            try:
                lines.append(self._lines.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                break
        return sorted(lines, key=lambda line: line["at"])

    def _runs(self) -> Iterator[tuple[Run, str]]:
        """Yield the runs whose log can be read, with the container's name."""
        for pod in self._subject.pods():
            status = _container(pod, self._subject.container)
            if status and _has_log(status):
                yield (pod.metadata.name, status.restart_count), status.name

    def _history(self) -> list[Line]:
        """Return the last lines of all replicas, and remember from where to go on."""
        runs = list(self._runs())[:MAX_PER_STREAM]
        tail = max(20, HISTORY_LINES // max(1, len(runs)))
        lines: list[Line] = []
        for run, container in runs:
            cursor = self._cursors[run] = Cursor()
            lines += [line_of(run[0], container, line) for line in self._past(run, cursor, tail)]
        return sorted(lines, key=lambda line: line["at"])[-HISTORY_LINES:]

    def _past(self, run: Run, cursor: Cursor, tail: int) -> Iterator[LogLine]:
        subject = self._subject
        try:
            for line in cluster().read_log(
                subject.namespace,
                run[0],
                container=subject.container,
                previous=subject.previous,
                tail_lines=tail,
            ):
                cursor.passed(line)
                yield line
        except ConsoleError as error:
            # A container without an earlier run is no failure of the stream.
            log.debug("no log of %s: %s", run[0], error.message)

    def _join_new(self, stopping: threading.Event) -> None:
        for run, container in self._runs():
            if run in self._seen:
                continue
            if len(self._reading) >= MAX_PER_STREAM or not _readers.acquire(blocking=False):
                self._say_crowded()
                return
            self._seen.add(run)
            self._reading.add(run)
            known = self._cursors.pop(run, None)
            if known is None or run[1]:
                again = f" again (restart {run[1]})" if run[1] else ""
                self._lines.put(remark(run[0], f"{run[0]} joined{again}."))
            threading.Thread(
                target=self._read,
                args=(run, container, known or Cursor(), stopping),
                name=f"log {run[0]}",
                daemon=True,
            ).start()

    def _say_crowded(self) -> None:
        if not self._crowded:
            self._crowded = True
            text = f"Only {len(self._reading)} replicas are followed here; the rest is not shown."
            self._lines.put(remark("", text))

    def _read(self, run: Run, container: str, cursor: Cursor, stopping: threading.Event) -> None:
        """Read one run until it has ended; what a quiet log was cut off at is taken up again."""
        try:
            ended = False
            while not stopping.is_set() and not ended:
                # Asked before reading: what is written until then is read before the end counts.
                ended = not self._goes_on(run)
                self._read_once(run, container, cursor, stopping)
            if not stopping.is_set():
                self._put(remark(run[0], f"{run[0]} ended."), stopping)
        finally:
            self._reading.discard(run)
            _readers.release()

    def _goes_on(self, run: Run) -> bool:
        pod = cache().get("Pod", self._subject.namespace, run[0])
        status = _container(pod, self._subject.container) if pod else None
        return bool(status and status.restart_count == run[1] and status.state.running)

    def _read_once(
        self, run: Run, container: str, cursor: Cursor, stopping: threading.Event
    ) -> None:
        began = time.monotonic()
        try:
            lines = cluster().read_log(
                self._subject.namespace,
                run[0],
                container=self._subject.container,
                since=cursor.at,
                follow=True,
                timeout=self._quiet,
            )
            with closing(cast("_Closable", lines)):
                for line in cursor.new(lines):
                    if not self._put(line_of(run[0], container, line), stopping):
                        return
        except ConsoleError as error:
            log.debug("the log of %s broke off: %s", run[0], error.message)
        if time.monotonic() - began < LOOK_AGAIN:
            stopping.wait(LOOK_AGAIN)

    def _put(self, line: Line, stopping: threading.Event) -> bool:
        """Queue a line, waiting for room; return whether anybody still wants it."""
        while not stopping.is_set():
            try:
                self._lines.put(line, timeout=0.5)
            except queue.Full:
                continue
            return True
        return False


class Cursor:
    """How far a log was read: a time, and how many lines of just that time."""

    def __init__(self) -> None:
        self.at: datetime | None = None
        self._count = 0

    def passed(self, line: LogLine) -> None:
        """Remember a line as read."""
        if line.at == self.at:
            self._count += 1
        else:
            self.at, self._count = line.at, 1

    def new(self, lines: Iterator[LogLine]) -> Iterator[LogLine]:
        """Yield the lines of a log read from `at` on without those that were read before."""
        skip_at, skip = self.at, self._count
        for line in lines:
            if skip_at is not None and line.at < skip_at:
                continue
            if line.at == skip_at and skip > 0:
                skip -= 1
                continue
            self.passed(line)
            yield line


def _container(pod: Pod, name: str) -> ContainerStatus | None:
    statuses = pod.status.container_statuses
    return next((one for one in statuses if not name or one.name == name), None)


def _has_log(status: ContainerStatus) -> bool:
    """Return whether there is a run to read; between two runs it is the one that crashed."""
    now, before = status.state, status.last_state
    return any((now.running, now.terminated, now.waiting and before.terminated))
