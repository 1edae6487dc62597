"""Writes Events: deduplicated by count, gone after an hour, never more than a few thousand."""

from __future__ import annotations

import time
from collections import OrderedDict

from console.cluster.errors import Conflict
from console.cluster.local.meta import build, clone, now, seconds, suffix
from console.cluster.local.store import Store
from console.cluster.objects import Manifest

LIFETIME = 3600.0
MOST = 5000
MOST_MESSAGE = 1024

_Said = tuple[str, str, str, str]
_Place = tuple[str, str]


class EventRecorder:
    """The one writer of Event objects; used from the cluster's thread only."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # What was said, the longest unrepeated first.
        self._said: OrderedDict[_Said, tuple[_Place, float]] = OrderedDict()
        for event in sorted(store.all("Event"), key=lambda event: event["lastTimestamp"]):
            metadata = event["metadata"]
            place = (metadata["namespace"], metadata["name"])
            self._said[_said(event)] = (place, seconds(event["lastTimestamp"]))

    def normal(self, about: Manifest, reason: str, message: str, component: str) -> None:
        """Tell that something went its way."""
        self._write("Normal", about, reason, message, component)

    def warning(self, about: Manifest, reason: str, message: str, component: str) -> None:
        """Tell that something went wrong."""
        self._write("Warning", about, reason, message, component)

    def expire(self) -> None:
        """Remove what is older than an hour, and the oldest above the most that are kept."""
        limit = time.time() - LIFETIME
        while self._said and (len(self._said) > MOST or next(iter(self._said.values()))[1] < limit):
            _, ((namespace, name), _) = self._said.popitem(last=False)
            self._store.remove("Event", namespace, name)

    def _write(self, kind: str, about: Manifest, reason: str, message: str, component: str) -> None:
        event = _event(kind, about, reason, message[:MOST_MESSAGE], component)
        said = _said(event)
        place, _ = self._said.pop(said, (None, 0.0))
        if place is None or not self._store.edit("Event", *place, _counted):
            place = (event["metadata"]["namespace"], event["metadata"]["name"])
            try:
                self._store.create(event)
            except Conflict:
                return
        self._said[said] = (place, time.time())
        self.expire()


def _counted(event: Manifest) -> None:
    event["count"] += 1
    event["lastTimestamp"] = now()


def _said(event: Manifest) -> _Said:
    return (
        event["involvedObject"]["uid"],
        event["reason"],
        event["message"],
        event["source"]["component"],
    )


def _event(kind: str, about: Manifest, reason: str, message: str, component: str) -> Manifest:
    metadata = about["metadata"]
    namespace = metadata.get("namespace") or "default"
    reference = {
        "apiVersion": about["apiVersion"],
        "kind": about["kind"],
        "name": metadata["name"],
        "namespace": metadata.get("namespace", ""),
        "uid": metadata["uid"],
    }
    return build(
        "Event",
        namespace,
        f"{metadata['name'][:200]}.{suffix(10)}",
        involvedObject=clone(reference),
        type=kind,
        reason=reason,
        message=message,
        count=1,
        firstTimestamp=now(),
        lastTimestamp=now(),
        source={"component": component},
    )
