"""Keeps the object store on disk: a SQLite file, written behind the store in batches.

A crash loses at most the last moments. That is enough: what people want is in the console's own
database and is applied again, and what ran is found out by looking.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from pathlib import Path

import msgspec

from console.cluster.objects import Manifest

log = logging.getLogger(__name__)

BATCH_SECONDS = 0.05
RETRY_SECONDS = 1.0

Key = tuple[str, str, str]
Row = tuple[Manifest, Manifest]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    body BLOB NOT NULL, applied BLOB NOT NULL,
    PRIMARY KEY (kind, namespace, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class Journal:
    """One SQLite file and the thread that writes it; the thread sleeps while nothing changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = threading.Condition()
        self._dirty: dict[Key, Row | None] = {}
        self._version = 0
        self._closing = threading.Event()
        path.touch(mode=0o600)
        with self._connect() as connection:
            connection.executescript(_SCHEMA)
        connection.close()
        self._thread = threading.Thread(target=self._run, name="cluster-journal", daemon=True)
        self._thread.start()

    def load(self) -> tuple[list[Row], int]:
        """Return all objects, each with what was applied last, and the highest version written."""
        connection = self._connect()
        try:
            rows = connection.execute("SELECT body, applied FROM objects").fetchall()
            version = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        finally:
            connection.close()
        decode = msgspec.json.decode
        return [(decode(body), decode(applied)) for body, applied in rows], (version or [0])[0]

    def write(self, key: Key, row: Row | None, version: int) -> None:
        """Note that an object changed or, with None, is gone. Returns at once."""
        with self._changed:
            self._dirty[key] = row
            self._version = version
            self._changed.notify()

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._closing.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(timeout=10)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    def _run(self) -> None:
        connection = self._connect()
        try:
            while self._wait():
                self._closing.wait(BATCH_SECONDS)
                self._flush(connection)
            self._flush(connection)
        finally:
            connection.close()

    def _wait(self) -> bool:
        """Sleep until something is to be written; False when closing."""
        with self._changed:
            self._changed.wait_for(lambda: self._dirty or self._closing.is_set())
        return not self._closing.is_set()

    def _flush(self, connection: sqlite3.Connection) -> None:
        with self._changed:
            batch, self._dirty = self._dirty, {}
            version = self._version
        if not batch:
            return
        try:
            with connection:
                _write(connection, batch, version)
        except sqlite3.Error:
            log.exception("the cluster's store can't be written")
            self._take_back(batch)
            self._closing.wait(RETRY_SECONDS)

    def _take_back(self, batch: dict[Key, Row | None]) -> None:
        with self._changed:
            self._dirty = batch | self._dirty


def _write(connection: sqlite3.Connection, batch: dict[Key, Row | None], version: int) -> None:
    encode = msgspec.json.encode
    gone = [key for key, row in batch.items() if row is None]
    kept = [(*key, encode(row[0]), encode(row[1])) for key, row in batch.items() if row]
    connection.executemany(
        "DELETE FROM objects WHERE kind = ? AND namespace = ? AND name = ?", gone
    )
    connection.executemany("REPLACE INTO objects VALUES (?, ?, ?, ?, ?)", kept)
    connection.execute("REPLACE INTO meta VALUES ('version', ?)", (version,))
