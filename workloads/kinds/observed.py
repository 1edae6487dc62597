"""The words and shapes in which the state of pods, Apps and Jobs is told. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from console.cluster.objects import Event

Events = Mapping[tuple[str, str], Sequence[Event]]
"""Recent events of a Namespace by kind and name of their object, the newest last."""

MAX_MESSAGE = 500


class Word(StrEnum):
    """The values of workloads.models.State, for modules that know no Django."""

    RUNNING = "running"
    STARTING = "starting"
    DEGRADED = "degraded"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPING = "stopping"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the row wants, as far as the state depends on it."""

    stopped: bool = False
    deleted: bool = False
    sync_error: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """How a workload is: one word, the cluster's own word for why, one sentence for people."""

    state: Word
    reason: str = ""
    message: str = ""
    ready: int = 0
    restarts: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None


def moment(text: str | None) -> datetime | None:
    """Return a time of the Kubernetes API, or None for none and for what can't be read."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def sentence(text: str, limit: int = MAX_MESSAGE) -> str:
    """Return a text as one line that ends like a sentence."""
    line = " ".join(text.split())
    if len(line) > limit:
        return f"{line[: limit - 1]}…"
    return line if not line or line[-1] in ".!?…”" else f"{line}."


def count_of(number: int, noun: str) -> str:
    """Return "1 replica" or "3 replicas"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def latest(events: Events, kind: str, name: str, *reasons: str) -> Event | None:
    """Return the newest event of an object with one of these reasons."""
    found = events.get((kind, name), ())
    return next((event for event in reversed(found) if event.reason in reasons), None)
