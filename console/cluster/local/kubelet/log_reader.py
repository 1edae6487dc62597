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
    files = _open_all(path)
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
    files = _open_all(path)
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
    if files and _same(current, files[-1]):
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
    parts = []
    for file in reversed(files):
        # What is written from now on is not part of the answer.
        end = file.seek(0, os.SEEK_END)
        start, found = (0, 0) if left is None else _start_of_tail(file, left, end)
        parts.append((start, end))
        left = None if left is None else left - found
    for file, (start, end) in zip(files, reversed(parts), strict=True):
        file.seek(start)
        yield from _lines(file, end)


def _lines(file: BinaryIO, end: int | None = None) -> Iterator[bytes]:
    """Yield the whole lines up to a position; half a written one is for the next time."""
    position = file.tell()
    while end is None or position < end:
        line = file.readline()
        if not line.endswith(b"\n"):
            file.seek(position)
            return
        position += len(line)
        yield line


def _start_of_tail(file: BinaryIO, lines: int, end: int) -> tuple[int, int]:
    """Return where the last lines of a file begin, and how many there are."""
    position = end
    if lines <= 0:
        return end, 0
    found = 0
    while position:
        step = min(_BLOCK, position)
        position -= step
        file.seek(position)
        block = file.read(step)
        offset = len(block)
        while (offset := block.rfind(b"\n", 0, offset)) >= 0:
            # The last line feed ends the last line; each one before it ends the line before.
            found += position + offset + 1 < end
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


def _open_all(path: Path) -> list[BinaryIO]:
    """Return the older and the current part of a log, also while it is turned over."""
    current, old = _open(path), _open(older(path))
    if current and old and _same(current, old):
        old.close()
        old = None
    return [file for file in (old, current) if file]


def _same(one: BinaryIO, other: BinaryIO) -> bool:
    return os.fstat(one.fileno()).st_ino == os.fstat(other.fileno()).st_ino


def _open(path: Path) -> BinaryIO | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None
