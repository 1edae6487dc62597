"""Container output on disk, in the format of the Container Runtime Interface.

A line reads `2026-01-31T10:15:00.123456789Z stdout F text`; P marks a piece of a longer line. A log
has a current file and at most one older one, `<name>.1`.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from console.cluster.local.directories import private

MOST_LINE = 16 * 1024
MOST_FILE = 10 * 2**20


Stream = Literal["stdout", "stderr"]


class LogWriter:
    """Writes one run of one container; readers wait on `changed` for more."""

    def __init__(self, path: Path, *, limit: int = MOST_FILE) -> None:
        self.path = path
        self.changed = threading.Condition()
        self.written = 0
        self.closed = False
        self._limit = limit
        self._rest: dict[Stream, bytes] = {"stdout": b"", "stderr": b""}
        private(path.parent)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = os.fstat(self._file).st_size

    def feed(self, stream: Stream, data: bytes) -> None:
        """Take what a container wrote; whole lines reach the file at once."""
        pieces = (self._rest[stream] + data).split(b"\n")
        rest = pieces.pop()
        lines = [part for piece in pieces for part in _cut(piece, whole=True)]
        if len(rest) > MOST_LINE:
            *parts, (_, rest) = _cut(rest, whole=False)
            lines += parts
        self._rest[stream] = rest
        self._write(stream, lines)

    def close(self) -> None:
        """Write what has no line feed, and tell readers that this is all."""
        if self.closed:
            return
        for stream, rest in self._rest.items():
            if rest:
                self._write(stream, list(_cut(rest, whole=True)))
        os.close(self._file)
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def _write(self, stream: Stream, lines: list[tuple[str, bytes]]) -> None:
        if not lines:
            return
        head = f"{_stamp(time.time_ns())} {stream} ".encode()
        data = b"".join(
            head + tag.encode() + b" " + text.decode(errors="replace").encode() + b"\n"
            for tag, text in lines
        )
        if self._size and self._size + len(data) > self._limit:
            self._rotate()
        try:
            os.write(self._file, data)
        except OSError:
            # A full disk costs the log, not the container.
            return
        self._size += len(data)
        with self.changed:
            self.written += len(lines)
            self.changed.notify_all()

    def _rotate(self) -> None:
        os.close(self._file)
        self.path.replace(older(self.path))
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = 0


def older(path: Path) -> Path:
    """Return where the older part of a log is."""
    return path.with_name(path.name + ".1")


def _cut(line: bytes, *, whole: bool) -> list[tuple[str, bytes]]:
    """Cut a line into pieces of at most 16 KiB, never inside a character."""
    pieces: list[tuple[str, bytes]] = []
    while len(line) > MOST_LINE:
        end = MOST_LINE
        while end > MOST_LINE - 4 and line[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(("P", line[:end]))
        line = line[end:]
    return [*pieces, ("F" if whole else "P", line)]


def _stamp(nanoseconds: int) -> str:
    at = datetime.fromtimestamp(nanoseconds // 10**9, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{nanoseconds % 10**9:09d}Z"
