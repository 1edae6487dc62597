"""The object store: what is kept, what wakes whom, what a restart forgets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.cluster.errors import Conflict, Expired
from console.cluster.local.journal import Journal
from console.cluster.local.store import Store, Stored
from console.cluster.objects import Manifest


def thing(name: str, **data: str) -> Manifest:
    metadata = {"name": name, "namespace": "team-a"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(Journal(tmp_path / "store.sqlite3"), history=10)
    yield made
    made.close()


def _paint(copy: Manifest) -> None:
    copy["data"]["color"] = "blue"


def test_a_restart_keeps_objects_and_what_was_applied(store: Store, tmp_path: Path) -> None:
    created = store.create(thing("one", color="red"), thing("one", color="red"))
    store.create(thing("two"))
    store.edit("ConfigMap", "team-a", "one", _paint)
    store.remove("ConfigMap", "team-a", "two")
    store.close()
    again = Store(Journal(tmp_path / "store.sqlite3"))
    record = again.record("ConfigMap", "team-a", "one")
    assert record is not None
    assert record.manifest["data"] == {"color": "blue"}
    assert record.manifest["metadata"]["uid"] == created["metadata"]["uid"]
    assert record.applied["data"] == {"color": "red"}
    assert again.get("ConfigMap", "team-a", "two") is None
    listed = again.listing("ConfigMap", None, {})
    assert int(listed.resource_version) > int(created["metadata"]["resourceVersion"])
    with pytest.raises(Expired):
        list(again.watch("ConfigMap", int(created["metadata"]["resourceVersion"]), 1))
    again.close()


def test_versions_of_the_future_expire(store: Store) -> None:
    with pytest.raises(Expired):
        list(store.watch("ConfigMap", 10**9, 1))


def test_generation_counts_intent_only(store: Store) -> None:
    store.create(thing("one", color="red"))
    label = store.edit(
        "ConfigMap", "team-a", "one", lambda copy: copy["metadata"].update(labels={"a": "1"})
    )
    assert label is not None
    assert label["metadata"]["generation"] == 1
    painted = store.edit("ConfigMap", "team-a", "one", _paint)
    assert painted is not None
    assert painted["metadata"]["generation"] == 2
    assert store.edit("ConfigMap", "team-a", "one", _paint) is painted


def test_an_edit_of_what_is_gone_does_nothing(store: Store) -> None:
    store.create(thing("one"))
    assert store.edit("ConfigMap", "team-a", "two", _paint) is None
    assert store.edit("ConfigMap", "team-a", "one", _paint, uid="other") is None
    store.remove("ConfigMap", "team-a", "one", uid="other")
    assert store.get("ConfigMap", "team-a", "one") is not None


def test_two_of_a_name_conflict(store: Store) -> None:
    store.create(thing("one"))
    with pytest.raises(Conflict):
        store.create(thing("one"))


def test_listeners_hear_all_in_order(store: Store) -> None:
    heard: list[Stored] = []
    store.subscribe(heard.append)
    store.create(thing("one", color="red"))
    store.edit("ConfigMap", "team-a", "one", _paint)
    store.remove("ConfigMap", "team-a", "one")
    assert [change.type for change in heard] == ["ADDED", "MODIFIED", "DELETED"]


def test_dependents_are_found_by_owner(store: Store) -> None:
    owner = store.create(thing("owner"))
    reference = {"kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    child = thing("child")
    child["metadata"]["ownerReferences"] = [reference]
    store.create(child)
    assert [m["metadata"]["name"] for m in store.dependents(owner["metadata"]["uid"])] == ["child"]
    store.remove("ConfigMap", "team-a", "child")
    assert store.dependents(owner["metadata"]["uid"]) == []


def test_history_is_bounded_by_kind(store: Store) -> None:
    version = int(store.listing("ConfigMap", None, {}).resource_version)
    for number in range(10):
        store.create(thing(f"thing-{number}"))
    assert len(list(store.watch("ConfigMap", version, 0.2))) == 11
    store.create(thing("one-more"))
    with pytest.raises(Expired):
        list(store.watch("ConfigMap", version, 1))
    assert [c.type for c in store.watch("Pod", version, 0.01)] == ["BOOKMARK"]


def test_closing_ends_watches(store: Store) -> None:
    version = int(store.listing("ConfigMap", None, {}).resource_version)
    watch = store.watch("ConfigMap", version, 60)
    store.close()
    assert [change.type for change in watch] == ["BOOKMARK"]


def test_the_file_is_private(store: Store, tmp_path: Path) -> None:
    store.create(thing("one"))
    store.close()
    path = tmp_path / "store.sqlite3"
    assert path.stat().st_mode & 0o077 == 0
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM objects").fetchone() == (1,)
    connection.close()
