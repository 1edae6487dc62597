"""The objects of one kind, indexed; each Namespace is sorted when it is read after a change."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from console.cluster.protocol import Change

NAME_LABEL = "moonbase.dev/name"

Key = tuple[str, str]
Index = dict[Key, dict[Key, Any]]
Changes = list[Change]


def _key(item: Any) -> Key:
    return item.metadata.namespace, item.metadata.name


class Shelf:
    """A dictionary of objects with indexes by Namespace, by name label and by owner."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: dict[Key, Any] = {}
        self._by_namespace: dict[str, dict[Key, Any]] = defaultdict(dict)
        self._by_name_label: Index = defaultdict(dict)
        self._by_owner: Index = defaultdict(dict)
        self._sorted: dict[str, tuple[Any, ...]] = {}

    def get(self, namespace: str, name: str) -> Any | None:
        """Return one object."""
        return self._items.get((namespace, name))

    def list(self, namespace: str) -> tuple[Any, ...]:
        """Return the objects of a Namespace, or of all for "", sorted by Namespace and name."""
        with self._lock:
            known = self._sorted.get(namespace)
            if known is None:
                found = self._by_namespace.get(namespace, {}) if namespace else self._items
                known = self._sorted[namespace] = _sorted(found)
            return known

    def by_label(self, namespace: str, key: str, value: str) -> tuple[Any, ...]:
        """Return the objects with a label; that of our names is indexed, others are searched."""
        if key == NAME_LABEL and namespace:
            with self._lock:
                return _sorted(self._by_name_label.get((namespace, value), {}))
        return tuple(one for one in self.list(namespace) if one.metadata.labels.get(key) == value)

    def owned_by(self, namespace: str, uid: str) -> tuple[Any, ...]:
        """Return the objects that an object owns."""
        with self._lock:
            return _sorted(self._by_owner.get((namespace, uid), {}))

    def take(self, change: Change) -> Changes:
        """Put in what a watch told and return what that changed: nothing when it was known."""
        item: Any = change.object
        with self._lock:
            old = self._items.get(_key(item))
            if change.type == "DELETED":
                if old is None or _replaced(old, item):
                    return []
                self._remove(old)
                return [change]
            return list(self._put(old, item))

    def replace(self, items: Iterable[Any], resource_version: str) -> Changes:
        """Become this list and return the differences as changes."""
        with self._lock:
            new = {_key(item): item for item in items}
            gone = [item for key, item in self._items.items() if key not in new]
            changes = [Change("DELETED", item, resource_version) for item in gone]
            for item in gone:
                self._remove(item)
            for key, item in new.items():
                changes += self._put(self._items.get(key), item)
            return changes

    def _put(self, old: Any | None, item: Any) -> Iterator[Change]:
        version = item.metadata.resource_version
        if old is not None and old.metadata.resource_version == version:
            return
        if old is not None:
            self._remove(old)
        self._add(item)
        if old is not None and _replaced(old, item):
            yield Change("DELETED", old, version)
            old = None
        yield Change("ADDED" if old is None else "MODIFIED", item, version)

    def _add(self, item: Any) -> None:
        key = _key(item)
        self._items[key] = item
        for index, place in self._places(item):
            index[place][key] = item
        self._unsort(key[0])

    def _remove(self, item: Any) -> None:
        key = _key(item)
        del self._items[key]
        for index, place in self._places(item):
            index[place].pop(key, None)
            if not index[place]:
                del index[place]
        self._unsort(key[0])

    def _places(self, item: Any) -> Iterator[tuple[dict[Any, dict[Key, Any]], Any]]:
        namespace = item.metadata.namespace
        yield self._by_namespace, namespace
        if name := item.metadata.labels.get(NAME_LABEL):
            yield self._by_name_label, (namespace, name)
        for owner in item.metadata.owner_references:
            yield self._by_owner, (namespace, owner.uid)

    def _unsort(self, namespace: str) -> None:
        self._sorted.pop(namespace, None)
        self._sorted.pop("", None)


def _sorted(items: dict[Key, Any]) -> tuple[Any, ...]:
    return tuple(items[key] for key in sorted(items))


def _replaced(old: Any, new: Any) -> bool:
    """Return whether one object was deleted and another made under its name."""
    return bool(old.metadata.uid and new.metadata.uid and old.metadata.uid != new.metadata.uid)
