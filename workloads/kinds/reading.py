"""Reads what a user sent, field by field, and collects every complaint instead of the first.

Pure. A `Reader` wraps one object of the input; `nested` goes a level down and shares the list of
complaints, whose keys are paths such as `resources.gpu.count` or `mounts.0.path`. A reader never
raises: what can't be read becomes a complaint and a harmless default.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Complaints = dict[str, list[str]]

NAME = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")
NAME_RULE = (
    "Use 1 to 40 lower-case letters, digits and “-”; "
    "begin with a letter and end with a letter or digit."
)
_DURATION = re.compile(
    r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)?"
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_KEY_SHOWN = 60


def shown(value: object) -> str:
    """Return a value of the input for a sentence, cut and fit for any encoding."""
    text = value if isinstance(value, str) else digits(value) if is_number(value) else "this"
    text = "".join(character if character.isprintable() else "�" for character in text[:80])
    return text if len(text) <= 40 else f"{text[:39]}…"


def unfit(text: str) -> str:
    """Say what makes a text unusable everywhere, or nothing."""
    if "\0" in text:
        return "Remove the NUL character."
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "Remove the characters that are not valid Unicode."
    return ""


class Reader:
    """One object of the input, at one path."""

    def __init__(
        self, data: Mapping[Any, Any], *, path: str = "", complaints: Complaints | None = None
    ) -> None:
        self.data = {str(key): value for key, value in data.items() if value is not None}
        self.path = path
        self.complaints: Complaints = {} if complaints is None else complaints
        self.seen: set[str] = set()

    def complain(self, key: str, sentence: str) -> None:
        """Add a sentence to a field; an empty key means this object itself."""
        path = f"{self.path}.{key}" if self.path and key else self.path or key
        self.complaints.setdefault(path, []).append(sentence)

    def has(self, key: str) -> bool:
        """Return whether the key was sent with a value."""
        return key in self.data

    def take(self, key: str, default: Any = None) -> Any:
        """Return the raw value and remember that the key is known."""
        self.seen.add(key)
        return self.data.get(key, default)

    def finish(self) -> None:
        """Complain about every key that nothing asked for."""
        for key in sorted(self.data.keys() - self.seen)[:20]:
            known = ", ".join(sorted(self.seen))
            self.complain(shown(key)[:_KEY_SHOWN], f"There is no such field; known are {known}.")

    def text(self, key: str, default: str = "", *, longest: int = 255) -> str:
        """Return a line of text without blanks around it."""
        value = self.take(key, default)
        if not isinstance(value, str):
            self.complain(key, "Write a text.")
            return default
        value = value.strip()
        if len(value) > longest:
            self.complain(key, f"Use at most {longest} characters, not {len(value)}.")
            return default
        if problem := unfit(value):
            self.complain(key, problem)
            return default
        return value

    def matching(
        self,
        key: str,
        pattern: re.Pattern[str],
        rule: str,
        *,
        default: str = "",
        longest: int = 255,
        required: bool = False,
    ) -> str:
        """Return a text that matches a pattern as a whole; `rule` says what is accepted."""
        before = sum(map(len, self.complaints.values()))
        value = self.text(key, default, longest=longest)
        if sum(map(len, self.complaints.values())) > before:
            return default
        if not value:
            if required:
                self.complain(key, "This is needed.")
            return default
        if not pattern.fullmatch(value):
            self.complain(key, rule)
            return default
        return value

    def choice(self, key: str, choices: Sequence[str], default: str) -> str:
        """Return one of a few words."""
        value = self.text(key, default).lower() or default
        if value in choices:
            return value
        self.complain(key, f"Choose one of {', '.join(choices)}; not “{shown(value)}”.")
        return default

    def whole(self, key: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number within bounds; digits in a text will do."""
        value = self.take(key, default)
        if value == "":
            return default
        number = _whole(value)
        if number is None:
            self.complain(key, f"Write a whole number from {least:,} to {most:,}.")
            return default
        if not least <= number <= most:
            bound = f"at least {least:,}" if number < least else f"at most {most:,}"
            self.complain(key, f"Use {bound}, not {shown(number)}.")
            return default
        return number

    def seconds(self, key: str, default: int, *, most: int) -> int:
        """Return a duration in seconds from 600, "90s", "10 min", "2h" or "1 day"."""
        value = self.take(key, default)
        text = digits(value) if is_number(value) else value if isinstance(value, str) else "?"
        text = text.strip().lower()[:40]
        if not text:
            return default
        match = _DURATION.fullmatch(text)
        if not match:
            self.complain(key, f"“{shown(value)}” is not a duration; write 600, 10 min or 2 h.")
            return default
        seconds = int(float(match[1]) * _SECONDS[(match[2] or "s")[0]])
        if seconds > most:
            self.complain(key, f"Use at most {most // 86_400} days.")
            return default
        return seconds

    def quantity(
        self,
        key: str,
        default: str,
        *,
        parse: Callable[[str], int],
        show: Callable[[int], str],
        least: int,
        most: int,
    ) -> str:
        """Return an amount in its shortest Kubernetes form, from a number or a text with a unit."""
        value = self.take(key, default)
        if value == "":
            return default
        if not isinstance(value, str) and not is_number(value):
            self.complain(key, "Write a number or a text with a unit.")
            return default
        text = shown(value) if isinstance(value, str) else digits(value)
        try:
            amount = parse(text)
        except ValueError as error:
            self.complain(key, str(error))
            return default
        if not least <= amount <= most:
            bound = f"at least {show(least)}" if amount < least else f"at most {show(most)}"
            self.complain(key, f"Use {bound}, not {shown(text)}.")
            return default
        return show(amount)

    def words(self, key: str, *, most: int = 500, longest: int = 65_536) -> tuple[str, ...]:
        """Return a list of words, or the words of a text as a shell would split it."""
        value = self.take(key, ())
        if isinstance(value, str):
            value = self._split(key, value, longest)
        if not isinstance(value, list | tuple):
            self.complain(key, "Write a list of texts, or one text as in a shell.")
            return ()
        if len(value) > most:
            self.complain(key, f"Use at most {most} words, not {len(value):,}.")
            return ()
        words = tuple(digits(word) if is_number(word) else word for word in value)
        for index, word in enumerate(words):
            problem = unfit(word) if isinstance(word, str) else "Write a text."
            if problem:
                self.complain(f"{key}.{index}", problem)
        return tuple(word for word in words if isinstance(word, str) and not unfit(word))

    def _split(self, key: str, text: str, longest: int) -> list[str]:
        if len(text) > longest:
            self.complain(key, f"Use at most {longest // 1024} KiB.")
            return []
        try:
            return shlex.split(text)
        except ValueError:
            self.complain(key, "A quotation mark is not closed, or the text ends with “\\”.")
            return []

    def nested(self, key: str) -> Reader | None:
        """Return a reader of the object at a key, None if there is none."""
        value = self.take(key)
        if value is None:
            return None
        path = f"{self.path}.{key}" if self.path else key
        if not isinstance(value, Mapping):
            self.complain(key, "Write an object with fields.")
            return None
        return Reader(value, path=path, complaints=self.complaints)

    def each(self, key: str, *, most: int) -> Iterator[Reader]:
        """Yield a reader of each object of a list."""
        value = self.take(key, [])
        if not isinstance(value, list | tuple):
            self.complain(key, "Write a list.")
            return
        if len(value) > most:
            self.complain(key, f"Use at most {most}, not {len(value):,}.")
            return
        for index, item in enumerate(value):
            path = f"{self.path}.{key}.{index}" if self.path else f"{key}.{index}"
            if isinstance(item, Mapping):
                yield Reader(item, path=path, complaints=self.complaints)
            else:
                self.complaints.setdefault(path, []).append("Write an object with fields.")


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def digits(value: Any) -> str:
    """Return a number as text; of thousands of digits only that there are many."""
    return repr(value) if isinstance(value, float) or abs(value) < 10**18 else "a huge number"


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,18}\s*", value):
        return int(value)
    return None
