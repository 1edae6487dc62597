"""Directories that only the console's user may enter."""

from __future__ import annotations

from pathlib import Path


def private(path: Path) -> Path:
    """Return a directory; what has to be made on the way only the console's user may enter."""
    missing = [parent for parent in (path, *path.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(exist_ok=True, mode=0o700)
    return path
