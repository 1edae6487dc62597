"""Reads container logs back: the end, all, or as they are written."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal, cast

from console.cluster.local.kubelet.logs import MOST_LINE, LogWriter, older
from console.cluster.protocol import LogLine

_BLOCK = 64 * 1024


def read(
    path: Path, *, tail: int | None = None, since: datetime | None = None
) -> Iterator[LogLine]:
    """Yield the lines of a log that are there now."""
    files = [found for part in (older(path), path) if (found := _open(part))]
    try:
        yield from _wanted(_from(files, tail), since)
    finally:
        for file in files:
            file.close()


def follow(
    path: Path,
    writer: LogWriter,
    *,
    tail: int | None = None,
    since: datetime | None = None,
    timeout: float = 30.0,
) -> Iterator[LogLine]:
    """Yield the lines of a log, then those to come; ends with the log or after silence."""
    seen = writer.written
    files = [found for part in (older(path), path) if (found := _open(part))]
    try:
        yield from _wanted(_from(files, tail), since)
        while True:
            alive = _await(writer, seen, timeout)
            seen = writer.written
            yield from _wanted(_rest(path, files), since)
            if not alive:
                return
    finally:
        for file in files:
            file.close()


def _await(writer: LogWriter, seen: int, timeout: float) -> bool:
    """Wait for more; False when there will be none, or none came in time."""
    deadline = time.monotonic() + timeout
    with writer.changed:
        while writer.written == seen and not writer.closed:
            left = deadline - time.monotonic()
            if left <= 0 or not writer.changed.wait(left):
                return False
        return not writer.closed


def _rest(path: Path, files: list[BinaryIO]) -> Iterator[bytes]:
    """Yield new lines; goes on in the new file when the log was turned over."""
    if files:
        yield from _lines(files[-1])
    current = _open(path)
    if current is None:
        return
    if files and os.fstat(current.fileno()).st_ino == os.fstat(files[-1].fileno()).st_ino:
        current.close()
        return
    if files:
        yield from _lines(files[-1])
        files.pop().close()
    files.append(current)
    yield from _lines(current)


def _from(files: list[BinaryIO], tail: int | None) -> Iterator[bytes]:
    """Yield lines from the beginning, or the last `tail` ones; leaves all files at their end."""
    left = tail
    starts = []
    for file in reversed(files):
        start, found = (0, 0) if left is None else _start_of_tail(file, left)
        starts.append(start)
        left = None if left is None else left - found
    for file, start in zip(files, reversed(starts), strict=True):
        file.seek(start)
        yield from _lines(file)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the whole lines that are left; half a written one is for the next time."""
    while line := file.readline():
        if not line.endswith(b"\n"):
            file.seek(-len(line), os.SEEK_CUR)
            return
        yield line


def _start_of_tail(file: BinaryIO, lines: int) -> tuple[int, int]:
    """Return where the last lines of a file begin, and how many there are."""
    end = position = file.seek(0, os.SEEK_END)
    if lines <= 0:
        return end, 0
    found = 0
    while position:
        step = min(_BLOCK, position)
        position -= step
        file.seek(position)
        block = file.read(step)
        for offset in range(len(block) - 1, -1, -1):
            if block[offset] == 10 and position + offset + 1 < end:
                found += 1
                if found == lines:
                    return position + offset + 1, found
    return 0, found + (1 if end else 0)


def _wanted(raw: Iterator[bytes], since: datetime | None) -> Iterator[LogLine]:
    for line in raw:
        parsed = _parse(line)
        if parsed and (since is None or parsed.at >= since):
            yield parsed


def _parse(line: bytes) -> LogLine | None:
    """Return a line of the file; None for one that was cut off by a crash."""
    parts = line[: MOST_LINE * 4].rstrip(b"\n").decode(errors="replace").split(" ", 3)
    if len(parts) < 4 or parts[1] not in {"stdout", "stderr"}:
        return None
    at = datetime.fromisoformat(parts[0][:26] + "+00:00")
    return LogLine(at, cast("Literal['stdout', 'stderr']", parts[1]), parts[3])


def _open(path: Path) -> BinaryIO | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None
