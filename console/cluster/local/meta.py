"""Small helpers for objects of the Kubernetes API as plain dictionaries. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from console.cluster.objects import KINDS, Manifest

# Kubernetes leaves out vowels and look-alikes, so that no name is a word.
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def now() -> str:
    """Return the time as the API writes it, to the second."""
    return stamp(datetime.now(UTC))


def stamp(at: datetime) -> str:
    """Return a moment as the API writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str | None) -> float:
    """Return a timestamp of the API as seconds since the epoch; 0 for none."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def clone(value: Any) -> Any:
    """Return a deep copy of JSON data; many times faster than copy.deepcopy."""
    if isinstance(value, dict):
        return {name: clone(item) for name, item in value.items()}
    if isinstance(value, list):
        return [clone(item) for item in value]
    return value


def suffix(length: int = 5) -> str:
    """Return random letters for the end of a name."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def name_of(manifest: Manifest) -> tuple[str, str]:
    """Return (namespace, name)."""
    metadata = manifest["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def owner_reference(owner: Manifest) -> Manifest:
    """Return the reference by which a controller owns what it makes."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def controller_of(manifest: Manifest) -> Manifest | None:
    """Return the reference to the controller of an object, if it has one."""
    references: list[Manifest] = manifest["metadata"].get("ownerReferences", [])
    return next((reference for reference in references if reference.get("controller")), None)


def owned_by(owner: Manifest, manifests: Iterable[Manifest], kind: str) -> list[Manifest]:
    """Return those of a kind that an object controls."""
    uid = owner["metadata"]["uid"]
    return [
        manifest
        for manifest in manifests
        if manifest["kind"] == kind and (controller_of(manifest) or {}).get("uid") == uid
    ]


def build(kind: str, namespace: str, name: str, **parts: Any) -> Manifest:
    """Return a new object of a kind; `metadata` in `parts` is added to its name."""
    metadata = {"name": name, **parts.pop("metadata", {})}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": KINDS[kind].api_version, "kind": kind, "metadata": metadata, **parts}


def condition(manifest: Manifest, name: str) -> Manifest | None:
    """Return a condition of an object's status."""
    conditions: list[Manifest] = manifest.get("status", {}).get("conditions", [])
    return next((item for item in conditions if item["type"] == name), None)


def holds(manifest: Manifest, name: str) -> bool:
    """Tell whether a condition is True."""
    return (condition(manifest, name) or {}).get("status") == "True"


def set_condition(
    status: Manifest, name: str, holds_now: bool, reason: str = "", message: str = ""
) -> None:
    """Write a condition into a status; its transition time moves only when the condition turns."""
    value = "True" if holds_now else "False"
    conditions = [dict(item) for item in status.get("conditions", [])]
    old = next((item for item in conditions if item["type"] == name), None)
    new = {"type": name, "status": value, "reason": reason, "message": message}
    new = {field: text for field, text in new.items() if text}
    new["lastTransitionTime"] = (
        old["lastTransitionTime"] if old and old["status"] == value else now()
    )
    kept = [item for item in conditions if item["type"] != name]
    status["conditions"] = [*kept, new]


def drop_condition(status: Manifest, name: str) -> None:
    """Take a condition out of a status."""
    status["conditions"] = [item for item in status.get("conditions", []) if item["type"] != name]


def has_labels(manifest: Manifest, labels: Mapping[str, str]) -> bool:
    """Tell whether an object carries all these labels."""
    carried = manifest["metadata"].get("labels", {})
    return all(carried.get(name) == value for name, value in labels.items())


def is_finished(pod: Manifest) -> bool:
    """Tell whether a Pod's containers have all ended for good."""
    return pod.get("status", {}).get("phase") in {"Succeeded", "Failed"}


def is_leaving(manifest: Manifest) -> bool:
    """Tell whether an object is being deleted."""
    return bool(manifest["metadata"].get("deletionTimestamp"))


def is_active(pod: Manifest) -> bool:
    """Tell whether a Pod runs or may still run."""
    return not is_finished(pod) and not is_leaving(pod)
