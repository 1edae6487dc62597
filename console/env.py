"""Typed readers of the environment.

`X_FILE` names a file that holds the value of `X`, as mounted secrets do. A bad value is collected
in `problems` and becomes a system check (console/checks.py), so that all of them are shown at once.
"""

from __future__ import annotations

import os
from pathlib import Path

problems: list[tuple[str, str]] = []


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that `<name>_FILE` names."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            problems.append((f"{name}_FILE", f"can't be read: {error}"))
            return default
    return os.environ.get(name, default)


def number(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """Return the variable as a whole number within bounds."""
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        problems.append((name, f"must be a whole number from {least} to {most}, not {value!r}"))
        return default
    return int(value)


def flag(name: str, *, default: bool = False) -> bool:
    """Return the variable as a yes or no: 1/true/yes/on or 0/false/no/off."""
    value = text(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value:
        problems.append((name, f"must be true or false, not {value!r}"))
    return default


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
