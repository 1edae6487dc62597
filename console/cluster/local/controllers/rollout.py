"""The arithmetic of a rolling update. Pure.

After kubernetes/pkg/controller/deployment/rolling.go and util/deployment_util.go: a new revision
that never gets ready leaves the old replicas serving.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import msgspec

from console.cluster.objects import Manifest

HASH_LABEL = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"


@dataclass(slots=True)
class Counts:
    """One ReplicaSet in the arithmetic; `wanted` is what it is to be scaled to."""

    name: str
    wanted: int
    ready: int
    available: int


def template_hash(template: Manifest) -> str:
    """Return ten letters that name a pod template."""
    encoded = msgspec.json.encode(template, order="deterministic")
    return hashlib.sha256(encoded).hexdigest()[:10]


def fraction(value: Any, total: int, *, up: bool) -> int:
    """Return "25%" of a total, or the number itself."""
    if isinstance(value, str) and value.endswith("%"):
        share = int(value[:-1]) * total / 100
        return math.ceil(share) if up else math.floor(share)
    return int(value)


def bounds(spec: Manifest) -> tuple[int, int]:
    """Return (surge, unavailable) of a Deployment's strategy; never both zero."""
    update = (spec.get("strategy") or {}).get("rollingUpdate") or {}
    replicas = spec.get("replicas", 1)
    surge = fraction(update.get("maxSurge", "25%"), replicas, up=True)
    unavailable = fraction(update.get("maxUnavailable", "25%"), replicas, up=False)
    return surge, unavailable if surge or unavailable else 1


def roll(new: Counts, old: list[Counts], replicas: int, surge: int, unavailable: int) -> None:
    """Move one step from the old ReplicaSets, the eldest first, to the new one."""
    _grow(new, old, replicas, surge)
    _shrink(new, old, replicas, unavailable)


def recreate(new: Counts, old: list[Counts], replicas: int, old_pods: int) -> None:
    """End all old pods, and only then begin the new ones."""
    for counts in old:
        counts.wanted = 0
    if not old_pods or new.wanted:
        new.wanted = replicas


def _grow(new: Counts, old: list[Counts], replicas: int, surge: int) -> None:
    if new.wanted >= replicas:
        new.wanted = replicas
        return
    total = new.wanted + sum(counts.wanted for counts in old)
    room = replicas + surge - total
    new.wanted += max(min(room, replicas - new.wanted), 0)


def _shrink(new: Counts, old: list[Counts], replicas: int, unavailable: int) -> None:
    total = new.wanted + sum(counts.wanted for counts in old)
    least = replicas - unavailable
    spare = total - least - max(new.wanted - new.available, 0)
    for counts in old:
        # What is not serving can go first, whatever is available.
        sick = min(max(spare, 0), max(counts.wanted - counts.available, 0))
        counts.wanted -= sick
        spare -= sick
    serving = new.available + sum(counts.available for counts in old)
    spare = min(serving - least, max(spare, 0))
    for counts in old:
        healthy = min(max(spare, 0), counts.wanted)
        counts.wanted -= healthy
        spare -= healthy
