"""The latest changes of one kind, from which watches are served."""

from __future__ import annotations

from collections import deque

from console.cluster.errors import Expired
from console.cluster.protocol import Change


class History:
    """A bounded list of changes; `floor` is the oldest version from which nothing is missing."""

    def __init__(self, floor: int, limit: int) -> None:
        self._changes: deque[tuple[int, Change]] = deque()
        self._limit = limit
        self._floor = floor

    def add(self, version: int, change: Change) -> None:
        """Append a change and forget the oldest one above the limit."""
        self._changes.append((version, change))
        if len(self._changes) > self._limit:
            self._floor = self._changes.popleft()[0]

    def after(self, version: int, latest: int) -> list[Change]:
        """Return the changes after a version. Raises Expired when some of them are forgotten."""
        if not self._floor <= version <= latest:
            raise Expired(f"too old resource version: {version} ({self._floor}). List again.")
        found: list[Change] = []
        for number, change in reversed(self._changes):
            if number <= version:
                break
            found.append(change)
        return found[::-1]
