"""What differs between two specs, field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

HIDDEN = "(hidden)"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a spec that was or becomes another; None where it is not set."""

    path: str
    before: Any
    after: Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """Return the fields of two canonical specs that differ, in the order of the new one."""
    old, new = dict(_flat(before)), dict(_flat(after))
    paths = [*new, *(path for path in old if path not in new)]
    return [
        FieldChange(path, old.get(path), new.get(path))
        for path in paths
        if old.get(path) != new.get(path)
    ]


def for_audit(found: list[FieldChange]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the old and the new values for the audit trail; values of `env` stay out of it."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for change in found:
        secret = change.path.startswith("env.")
        for side, value in ((before, change.before), (after, change.after)):
            if value is not None:
                side[change.path] = HIDDEN if secret else value
    return before, after


def _flat(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        here = f"{path}{key}"
        if isinstance(item, Mapping) and item:
            yield from _flat(item, f"{here}.")
        elif isinstance(item, list) and item and isinstance(item[0], Mapping):
            for index, part in enumerate(item):
                yield from _flat(part, f"{here}.{index}.")
        else:
            yield here, item
