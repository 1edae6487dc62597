"""Server-side apply for one field manager. Pure.

Lists are taken as a whole: nobody but the console writes into the lists of a spec here, and that is
where Kubernetes' merge by key and replacement differ.
"""

from __future__ import annotations

from typing import Any

from console.cluster.objects import Manifest

# The server's own; what a manifest says of them is a condition or nothing.
_SERVER_FIELDS = frozenset(
    {
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "managedFields",
        "selfLink",
    }
)


def applied_fields(manifest: Manifest) -> Manifest:
    """Return what a manifest claims: all of it but status, nulls and the server's own metadata."""
    claimed: Manifest = _without_null({k: v for k, v in manifest.items() if k != "status"})
    metadata = claimed.get("metadata", {})
    claimed["metadata"] = {k: v for k, v in metadata.items() if k not in _SERVER_FIELDS}
    return claimed


def merged(live: Manifest, before: Manifest, now: Manifest) -> Manifest:
    """Return the live object with what is applied now, without what only `before` had."""
    result = dict(live)
    for name in before.keys() - now.keys():
        _let_go(result, name, before[name])
    for name, value in now.items():
        old = result.get(name)
        if isinstance(value, dict) and isinstance(old, dict):
            claimed = before.get(name)
            result[name] = merged(old, claimed if isinstance(claimed, dict) else {}, value)
        else:
            result[name] = value
    return result


def _let_go(result: Manifest, name: str, claimed: Any) -> None:
    """Remove a field that was applied once, but keep what others wrote inside it."""
    old = result.get(name)
    if isinstance(old, dict) and isinstance(claimed, dict):
        rest = merged(old, claimed, {})
        if rest:
            result[name] = rest
            return
    result.pop(name, None)


def _without_null(value: Any) -> Any:
    """Return a copy of JSON data without fields that are null."""
    if isinstance(value, dict):
        return {name: _without_null(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_null(item) for item in value]
    return value
