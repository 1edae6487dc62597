"""What differs between two specs, in words a person reads. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workloads.kinds.changes import changes

_WORDS = frozenset({"command", "args"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One field; an empty text is a field that is not set."""

    path: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the fields in which two specs differ, in the order of the newer one."""
    return [
        Difference(each.path, _text(each.path, each.before), _text(each.path, each.after))
        for each in changes(before, after)
    ]


def _text(path: str, value: Any) -> str:
    """Return a value as people write it, a command as in a shell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value or "“”"
    if path in _WORDS and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return shlex.join(value)
    return json.dumps(value, ensure_ascii=False)
