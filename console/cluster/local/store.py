"""The object store of the embedded cluster: versions, owners, watches.

A stored manifest is never changed in place: every write makes a new one, so what is read may be
shared between threads and must not be changed by its reader.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

import msgspec

from console.cluster.errors import Conflict, Expired
from console.cluster.local.history import History
from console.cluster.local.journal import Journal, Key
from console.cluster.local.meta import clone, has_labels, name_of, now
from console.cluster.objects import KINDS, Manifest, Object
from console.cluster.protocol import Change, ObjectList

HISTORY = 4096
# Versions given out just before a crash may not have been written; none is given out twice.
VERSION_GAP = 100_000

ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]


@dataclass(frozen=True, slots=True)
class Stored:
    """One change as listeners get it."""

    type: ChangeType
    manifest: Manifest


class Record:
    """One object: its manifest, what the console applied of it, and its decoded form."""

    __slots__ = ("_struct", "applied", "manifest")

    def __init__(self, manifest: Manifest, applied: Manifest) -> None:
        self.manifest = manifest
        self.applied = applied
        self._struct: Object | None = None

    def struct(self) -> Object:
        """Return the object as the typed struct of its kind, decoded once."""
        if self._struct is None:
            self._struct = decode(self.manifest)
        return self._struct


def decode(manifest: Manifest) -> Object:
    """Return a manifest as the typed struct of its kind. Raises msgspec.ValidationError."""
    kind = KINDS[manifest["kind"]]
    return cast("Object", msgspec.convert(manifest, kind.struct, strict=False))


class Store:
    """All objects of the cluster, in memory, with a journal behind."""

    def __init__(self, journal: Journal, *, history: int = HISTORY) -> None:
        self._journal = journal
        self._lock = threading.RLock()
        self._objects: dict[str, dict[str, dict[str, Record]]] = {kind: {} for kind in KINDS}
        self._owned: dict[str, set[Key]] = defaultdict(set)
        self._listeners: list[Callable[[Stored], None]] = []
        self._closed = False
        rows, written = journal.load()
        self._version = written + VERSION_GAP if rows else 1
        self._histories = {kind: History(self._version, history) for kind in KINDS}
        self._changed = {kind: threading.Condition(self._lock) for kind in KINDS}
        for manifest, applied in rows:
            if manifest.get("kind") in KINDS:
                self._put(manifest, Record(manifest, applied))

    # Reading.

    def record(self, kind: str, namespace: str, name: str) -> Record | None:
        """Return the record of an object, if there is one."""
        with self._lock:
            return self._objects[kind].get(namespace, {}).get(name)

    def get(self, kind: str, namespace: str, name: str) -> Manifest | None:
        """Return an object, if there is one."""
        record = self.record(kind, namespace, name)
        return record.manifest if record else None

    def all(self, kind: str, namespace: str | None = None) -> list[Manifest]:
        """Return all objects of a kind, of one Namespace or of all."""
        with self._lock:
            return [record.manifest for record in self._records(kind, namespace)]

    def everything(self, namespace: str | None = None) -> list[Manifest]:
        """Return all objects of all kinds, of one Namespace or of all."""
        return [manifest for kind in KINDS for manifest in self.all(kind, namespace)]

    def dependents(self, uid: str) -> list[Manifest]:
        """Return the objects that name this one as an owner."""
        with self._lock:
            found = (self.get(*key) for key in self._owned.get(uid, ()))
            return [manifest for manifest in found if manifest]

    def listing(self, kind: str, namespace: str | None, labels: Mapping[str, str]) -> ObjectList:
        """Return decoded objects with these labels, and the version of the list."""
        with self._lock:
            items = tuple(
                record.struct()
                for record in self._records(kind, namespace)
                if has_labels(record.manifest, labels)
            )
            return ObjectList(items, str(self._version))

    def watch(self, kind: str, version: int, timeout: float) -> Iterator[Change]:
        """Yield changes of a kind after a version, then a BOOKMARK at the latest one."""
        deadline = time.monotonic() + timeout
        while (changes := self._await(kind, version, deadline)) is not None:
            for change in changes:
                version = int(change.resource_version)
                yield change
        yield Change("BOOKMARK", None, str(max(version, self._version_if_quiet(kind, version))))

    # Writing.

    def subscribe(self, listener: Callable[[Stored], None]) -> None:
        """Call a function at every change, in order, under the lock: it must only take note."""
        with self._lock:
            self._listeners.append(listener)

    def create(self, manifest: Manifest, applied: Manifest | None = None) -> Manifest:
        """Store a new object. Raises Conflict when there is one of that name."""
        namespace, name = name_of(manifest)
        with self._lock:
            if self.record(manifest["kind"], namespace, name):
                raise Conflict(f"{manifest['kind']} “{name}” exists already.")
            made = self.initialised(manifest)
            return self._save("ADDED", made, applied or {})

    def edit(
        self,
        kind: str,
        namespace: str,
        name: str,
        change: Callable[[Manifest], None],
        *,
        uid: str = "",
    ) -> Manifest | None:
        """Change a copy of an object and store it; None when it (or that uid) is gone."""
        with self._lock:
            record = self.record(kind, namespace, name)
            if record is None or (uid and record.manifest["metadata"]["uid"] != uid):
                return None
            copy = clone(record.manifest)
            change(copy)
            return self.replace(record, copy, record.applied)

    def replace(self, record: Record, manifest: Manifest, applied: Manifest) -> Manifest:
        """Store a changed copy of an object; one that says the same is not a new version."""
        with self._lock:
            old = record.manifest
            if manifest == old:
                if applied != record.applied:
                    record.applied = applied
                    self._write(old, record)
                return old
            if _intent(manifest) != _intent(old):
                manifest["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1
            return self._save("MODIFIED", manifest, applied)

    def remove(self, kind: str, namespace: str, name: str, *, uid: str = "") -> None:
        """Take an object out; nothing happens when it, or the one of that uid, is gone."""
        with self._lock:
            record = self.record(kind, namespace, name)
            if record is None or (uid and record.manifest["metadata"]["uid"] != uid):
                return
            manifest = clone(record.manifest)
            self._drop(manifest)
            self._note("DELETED", manifest, Record(manifest, {}))
            self._journal.write((kind, namespace, name), None, self._version)

    @property
    def lock(self) -> threading.RLock:
        """Hold this to read and write as one step."""
        return self._lock

    def close(self) -> None:
        """End all watches and write what is left."""
        with self._lock:
            self._closed = True
            for condition in self._changed.values():
                condition.notify_all()
        self._journal.close()

    @staticmethod
    def initialised(manifest: Manifest) -> Manifest:
        """Return a copy with the metadata that the server gives a new object."""
        made: Manifest = clone(manifest)
        made["metadata"] |= {
            "uid": str(uuid.uuid4()),
            "creationTimestamp": now(),
            "generation": 1,
        }
        return made

    # Inside.

    def _records(self, kind: str, namespace: str | None) -> Iterator[Record]:
        by_namespace = self._objects[kind]
        if namespace is not None:
            yield from by_namespace.get(namespace, {}).values()
            return
        for records in by_namespace.values():
            yield from records.values()

    def _save(self, change: ChangeType, manifest: Manifest, applied: Manifest) -> Manifest:
        record = Record(manifest, applied)
        if change == "MODIFIED":
            self._drop(manifest)
        self._put(manifest, record)
        self._note(change, manifest, record)
        self._write(manifest, record)
        return manifest

    def _write(self, manifest: Manifest, record: Record) -> None:
        key = (manifest["kind"], *name_of(manifest))
        self._journal.write(key, (manifest, record.applied), self._version)

    def _put(self, manifest: Manifest, record: Record) -> None:
        kind, (namespace, name) = manifest["kind"], name_of(manifest)
        self._objects[kind].setdefault(namespace, {})[name] = record
        for owner in manifest["metadata"].get("ownerReferences", ()):
            self._owned[owner["uid"]].add((kind, namespace, name))

    def _drop(self, manifest: Manifest) -> None:
        kind, (namespace, name) = manifest["kind"], name_of(manifest)
        record = self._objects[kind][namespace].pop(name)
        if not self._objects[kind][namespace]:
            del self._objects[kind][namespace]
        for owner in record.manifest["metadata"].get("ownerReferences", ()):
            self._owned[owner["uid"]].discard((kind, namespace, name))
            if not self._owned[owner["uid"]]:
                del self._owned[owner["uid"]]

    def _note(self, change: ChangeType, manifest: Manifest, record: Record) -> None:
        """Give the change a version and tell everybody who waits."""
        kind = manifest["kind"]
        self._version += 1
        manifest["metadata"]["resourceVersion"] = str(self._version)
        self._histories[kind].add(
            self._version, Change(change, record.struct(), str(self._version))
        )
        self._changed[kind].notify_all()
        for listener in self._listeners:
            listener(Stored(change, manifest))

    def _await(self, kind: str, version: int, deadline: float) -> list[Change] | None:
        """Return the changes after a version once there are some; None at the deadline."""
        with self._lock:
            while True:
                if self._closed or time.monotonic() >= deadline:
                    return None
                changes = self._histories[kind].after(version, self._version)
                if changes:
                    return changes
                self._changed[kind].wait(deadline - time.monotonic())

    def _version_if_quiet(self, kind: str, version: int) -> int:
        """Return the latest version if a watcher at `version` has seen all changes of the kind."""
        with self._lock:
            try:
                return (
                    version
                    if self._histories[kind].after(version, self._version)
                    else self._version
                )
            except Expired:
                return version


def _intent(manifest: Manifest) -> Manifest:
    """Return what counts for the generation."""
    return {name: part for name, part in manifest.items() if name not in {"metadata", "status"}}
