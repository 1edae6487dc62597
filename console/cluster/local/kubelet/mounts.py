"""Mount paths of containers, which can't exist on this machine, turned into real ones. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

# What may stand in a path component; a mount path beside one of these is part of a longer name.
_INSIDE = r"[\w.~+@%})-]"


class Rewriter:
    """Puts real directories where a text names a mount path as whole path components."""

    def __init__(self, directories: Mapping[str, str]) -> None:
        self._directories = {path.rstrip("/"): real for path, real in directories.items()}
        self._pattern = _pattern(tuple(sorted(self._directories, key=len, reverse=True)))

    def __call__(self, text: str) -> str:
        """Return the text with real paths."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._directories[match[0]], text)


@lru_cache(maxsize=256)
def _pattern(paths: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds any of the paths, the longest first."""
    if not paths:
        return None
    names = "|".join(re.escape(path) for path in paths)
    # A slash before it is another path's, unless it ends a scheme such as file://.
    before = rf"(?<!{_INSIDE})(?:(?<!/)|(?<=:/{{2}}))"
    return re.compile(rf"{before}(?:{names})(?![\w.~+@%-])")
