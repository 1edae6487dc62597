"""A cluster in memory: keeps what it is told and runs nothing."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any, cast

import msgspec

from console.cluster.errors import Conflict, NotFound, Unavailable
from console.cluster.objects import KINDS, Manifest, Object
from console.cluster.protocol import (
    CONSOLE,
    Actor,
    Capabilities,
    Change,
    LogLine,
    NodeSummary,
    ObjectList,
    ProxyRequest,
    ProxyResponse,
    Ref,
)


class FakeCluster:
    """The Cluster protocol over a dictionary; a test sets pods, status, logs and failures.

    `actors` holds who wrote what, in order: `("apply", "Namespace tenant-team-a", "alice")`.
    """

    def __init__(self) -> None:
        self.capabilities = Capabilities("fake", ("Runs nothing.",))
        self.objects: dict[Ref, Manifest] = {}
        self.actors: list[tuple[str, str, str]] = []
        self.logs: dict[tuple[str, str], list[LogLine]] = {}
        self.answers: dict[tuple[str, str], ProxyResponse] = {}
        self.proxied: list[ProxyRequest] = []
        self.failure: Exception | None = None
        self.closed = False
        self._versions = count(1)
        self._version = 0
        self._history: list[Change] = []
        self._kinds: list[str] = []
        self._changed = threading.Condition()

    # What a test does.

    def put(self, manifest: Manifest) -> Manifest:
        """Store an object as it is, as a controller of the cluster would."""
        return self._store(manifest)

    def set_status(self, ref: Ref, **status: Any) -> Manifest:
        """Merge fields into an object's status."""
        manifest = copy.deepcopy(self._found(ref))
        manifest.setdefault("status", {}).update(status)
        return self._store(manifest)

    def remove(self, ref: Ref) -> None:
        """Take an object away, as a garbage collector would."""
        with self._changed:
            manifest = self.objects.pop(ref)
            self._record("DELETED", ref.kind, manifest)

    @contextmanager
    def failing(self, error: Exception | None = None) -> Iterator[None]:
        """Raise an error, by default Unavailable, from every call meanwhile."""
        self.failure = error or Unavailable("The cluster does not answer.")
        try:
            yield
        finally:
            self.failure = None

    def names(self, kind: str, namespace: str = "") -> list[str]:
        """Return the names of the stored objects of a kind."""
        return sorted(r.name for r in self.objects if (r.kind, r.namespace) == (kind, namespace))

    # The protocol.

    def apply(self, manifest: Manifest, *, actor: Actor) -> Manifest:
        stored = self.dry_run(manifest, actor=actor)
        self.actors.append(("apply", str(_ref(manifest)), actor.username))
        return self._store(stored)

    def dry_run(self, manifest: Manifest, *, actor: Actor) -> Manifest:
        self._check()
        ref, existing = _ref(manifest), self.objects.get(_ref(manifest))
        if ref.namespace and Ref("Namespace", ref.namespace) not in self.objects:
            raise NotFound(f"There is no Namespace “{ref.namespace}”.")
        wanted = manifest["metadata"].get("resourceVersion")
        if wanted and (not existing or existing["metadata"]["resourceVersion"] != wanted):
            raise Conflict(f"{ref} changed meanwhile.")
        merged = copy.deepcopy(manifest)
        if existing and "status" in existing:
            merged["status"] = copy.deepcopy(existing["status"])
        return merged

    def delete(self, ref: Ref, *, actor: Actor, grace_seconds: int | None = None) -> None:
        self._check()
        self._found(ref)
        self.actors.append(("delete", str(ref), actor.username))
        for other in [
            r for r in self.objects if ref.kind == "Namespace" and r.namespace == ref.name
        ]:
            self.remove(other)
        self.remove(ref)

    def get(self, ref: Ref, *, actor: Actor = CONSOLE) -> Manifest:
        self._check()
        return copy.deepcopy(self._found(ref))

    def list(
        self, kind: str, *, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> ObjectList:
        self._check()
        with self._changed:
            items = tuple(
                _decode(ref.kind, manifest)
                for ref, manifest in self.objects.items()
                if ref.kind == kind
                and (not namespace or ref.namespace == namespace)
                and (labels or {}).items() <= manifest["metadata"].get("labels", {}).items()
            )
            return ObjectList(items, str(self._version))

    def watch(self, kind: str, *, resource_version: str, timeout: float = 30.0) -> Iterator[Change]:
        deadline, position = time.monotonic() + timeout, int(resource_version or 0)
        while True:
            self._check()
            with self._changed:
                if position >= self._version:
                    self._changed.wait(max(0.0, min(0.2, deadline - time.monotonic())))
                news = list(zip(self._kinds, self._history, strict=True))[position:]
                position = self._version
            yield from (change for of_kind, change in news if of_kind == kind)
            if time.monotonic() >= deadline:
                yield Change("BOOKMARK", None, str(position))
                return

    def read_log(
        self,
        namespace: str,
        pod: str,
        *,
        container: str = "",
        previous: bool = False,
        tail_lines: int | None = None,
        since: datetime | None = None,
        follow: bool = False,
        timeout: float = 30.0,
    ) -> Iterator[LogLine]:
        self._check()
        if Ref("Pod", pod, namespace) not in self.objects:
            raise NotFound(f"There is no pod “{pod}”.")
        lines = [x for x in self.logs.get((namespace, pod), []) if since is None or x.at >= since]
        yield from lines[-tail_lines:] if tail_lines else lines

    def node_summary(self, node: str) -> NodeSummary:
        self._check()
        self._found(Ref("Node", node))
        return NodeSummary(node, 0.0, 0, ())

    def proxy(
        self,
        namespace: str,
        service: str,
        request: ProxyRequest,
        *,
        actor: Actor,
        port: int | None = None,
        timeout: float = 30.0,
        limit: int = 10 * 2**20,
    ) -> ProxyResponse:
        self._check()
        self._found(Ref("Service", service, namespace))
        self.proxied.append(request)
        answer = self.answers.get((namespace, service))
        if answer is None:
            raise Unavailable(f"No replica of “{service}” is ready.")
        return answer

    def close(self) -> None:
        self.closed = True

    # Inside.

    def _check(self) -> None:
        if self.failure:
            raise self.failure

    def _found(self, ref: Ref) -> Manifest:
        if ref not in self.objects:
            raise NotFound(f"There is no {ref}.")
        return self.objects[ref]

    def _store(self, manifest: Manifest) -> Manifest:
        ref, manifest = _ref(manifest), copy.deepcopy(manifest)
        with self._changed:
            existing = self.objects.get(ref)
            created = existing["metadata"] if existing else {"uid": f"uid-{self._version + 1}"}
            manifest["metadata"]["uid"] = created["uid"]
            manifest["metadata"].setdefault("creationTimestamp", "2026-01-01T00:00:00Z")
            self.objects[ref] = manifest
            self._record("MODIFIED" if existing else "ADDED", ref.kind, manifest)
        return copy.deepcopy(manifest)

    def _record(self, change: Any, kind: str, manifest: Manifest) -> None:
        self._version = next(self._versions)
        manifest["metadata"]["resourceVersion"] = str(self._version)
        self._kinds.append(kind)
        self._history.append(Change(change, _decode(kind, manifest), str(self._version)))
        self._changed.notify_all()


def _ref(manifest: Manifest) -> Ref:
    metadata = manifest["metadata"]
    return Ref(manifest["kind"], metadata["name"], metadata.get("namespace", ""))


def _decode(kind: str, manifest: Manifest) -> Object:
    return cast("Object", msgspec.convert(manifest, KINDS[kind].struct))
