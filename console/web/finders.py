"""Serves chosen files of node_modules as static files, below `vendor/`.

The list is explicit: a package brings hundreds of files, and each one served is one to answer for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage

FILES = {
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
}


class PackageStorage(FileSystemStorage):
    """Reads the listed files under the names that pages use."""

    def path(self, name: str) -> str:
        """Return where a listed file lies in node_modules."""
        return str(Path(settings.NODE_MODULES) / FILES[name])


class NodePackageFinder(BaseFinder):
    """Finds the files of `FILES` and nothing else."""

    def check(self, **_kwargs: Any) -> list[CheckMessage]:
        """Report packages that are not installed."""
        return [
            Error(
                f"The front-end file {source} is missing.",
                hint="Run make up, or npm ci.",
                id="console.E010",
            )
            for source in FILES.values()
            if not (Path(settings.NODE_MODULES) / source).is_file()
        ]

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        """Return the file's place, or nothing."""
        if path not in FILES:
            return []
        found = PackageStorage().path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Yield all listed files with their storage."""
        del ignore_patterns
        storage = PackageStorage()
        for name in FILES:
            yield name, storage
