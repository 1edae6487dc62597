"""How one value of a spec is typed into a field and shown in it again.

Pure. Each converter reads text into the value of the spec and shows a value as text; ValueError
carries the sentence that stands beside the field.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_DURATION = re.compile(r"^(\d{1,9})\s*(s|m|min|h|d)?$")
_SECONDS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_NOT_FORM = "This value has another type than the form shows; edit it as JSON."


@dataclass(frozen=True, slots=True)
class Converter:
    """`read` turns text into a value, `show` a value into text; both raise ValueError."""

    read: Callable[[str], Any]
    show: Callable[[Any], str]


def _read_text(text: str) -> str:
    return text.strip()


def _show_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_NOT_FORM)
    return value


def _read_number(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise ValueError(f"“{text.strip()[:40]}” is not a whole number.") from None


def _show_number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(_NOT_FORM)
    return str(value)


def _read_words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ValueError("A quote is not closed, or the text ends with “\\”.") from error


def _show_words(value: Any) -> str:
    if not isinstance(value, (list, tuple)) or not all(isinstance(word, str) for word in value):
        raise ValueError(_NOT_FORM)
    return shlex.join(value)


def _read_duration(text: str) -> int:
    match = _DURATION.match(text.strip().lower())
    if not match:
        raise ValueError(f"“{text.strip()[:40]}” is not a length of time; write 3600, 90m or 2h.")
    return int(match[1]) * _SECONDS[match[2] or ""]


def show_duration(seconds: Any) -> str:
    """Return seconds as people type them: 5400 -> "90m", 7200 -> "2h"."""
    _show_number(seconds)
    for unit in ("d", "h", "m"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return str(seconds)


TEXT = Converter(_read_text, _show_text)
NUMBER = Converter(_read_number, _show_number)
WORDS = Converter(_read_words, _show_words)
DURATION = Converter(_read_duration, show_duration)
