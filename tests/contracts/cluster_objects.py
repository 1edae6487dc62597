"""What every `Cluster` does with objects: apply, read, watch, delete."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from console.cluster.errors import Conflict, Expired, Invalid, NotFound
from console.cluster.protocol import CONSOLE, Change, Cluster, Ref
from tests.contracts.programs import Programs, config_map, deployment, job, pod, service
from tests.contracts.space import Space


class ObjectContract:
    """Needs the fixtures `cluster`, `space`, `programs` and `expire`."""

    def test_apply_creates(self, space: Space) -> None:
        stored = space.apply(config_map("one", color="red"), labels={"a": "1"})
        assert stored["data"] == {"color": "red"}
        assert stored["metadata"]["uid"]
        assert stored["metadata"]["creationTimestamp"].endswith("Z")
        read = space.get("ConfigMap", "one")
        assert read["metadata"]["resourceVersion"] == stored["metadata"]["resourceVersion"]

    def test_apply_again_changes_adds_and_removes(self, space: Space) -> None:
        first = space.apply(config_map("one", color="red", size="1"), labels={"a": "1", "b": "2"})
        second = space.apply(config_map("one", color="blue", shape="round"), labels={"b": "3"})
        assert second["data"] == {"color": "blue", "shape": "round"}
        assert second["metadata"]["labels"] == {"b": "3"}
        assert second["metadata"]["uid"] == first["metadata"]["uid"]
        assert second["metadata"]["resourceVersion"] != first["metadata"]["resourceVersion"]

    def test_apply_of_the_same_is_no_new_version(self, space: Space) -> None:
        first = space.apply(config_map("one", color="red"))
        second = space.apply(config_map("one", color="red"))
        assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]

    def test_apply_keeps_what_controllers_wrote(self, space: Space, programs: Programs) -> None:
        space.apply(deployment("web", programs.sleeps()))
        space.until_ready("web", 1)
        stored = space.apply(deployment("web", programs.sleeps()), annotations={"note": "x"})
        assert stored["status"]["readyReplicas"] == 1

    def test_a_stale_version_conflicts(self, space: Space) -> None:
        first = space.apply(config_map("one", color="red"))
        space.apply(config_map("one", color="blue"))
        version = first["metadata"]["resourceVersion"]
        with pytest.raises(Conflict):
            space.apply(config_map("one", color="green"), resourceVersion=version)
        assert space.get("ConfigMap", "one")["data"] == {"color": "blue"}

    def test_the_current_version_does_not_conflict(self, space: Space) -> None:
        first = space.apply(config_map("one", color="red"))
        version = first["metadata"]["resourceVersion"]
        stored = space.apply(config_map("one", color="blue"), resourceVersion=version)
        assert stored["data"] == {"color": "blue"}

    def test_dry_run_stores_nothing(self, space: Space) -> None:
        manifest = config_map("one", color="red")
        manifest["metadata"]["namespace"] = space.name
        shown = space.cluster.dry_run(manifest, actor=CONSOLE)
        assert shown["data"] == {"color": "red"}
        with pytest.raises(NotFound):
            space.get("ConfigMap", "one")
        space.apply(config_map("one", color="blue"))
        space.cluster.dry_run(manifest, actor=CONSOLE)
        assert space.get("ConfigMap", "one")["data"] == {"color": "blue"}

    def test_invalid_manifests_are_refused(self, space: Space, programs: Programs) -> None:
        nameless = pod("x", programs.sleeps())
        mounted = programs.sleeps(volumeMounts=[{"name": "none", "mountPath": "/data"}])
        memory = programs.sleeps(resources={"limits": {"memory": "much"}})
        cases: list[dict[str, Any]] = [
            {**nameless, "metadata": {"name": "Not_A_Name"}},
            {**nameless, "kind": "Nothing"},
            {**nameless, "spec": {"containers": []}},
            pod("x", {"name": "main"}),
            pod("x", memory),
            pod("x", mounted),
            job("x", programs.sleeps(), restart="Always"),
            {**service("x"), "spec": {"ports": [{"port": 0}]}},
        ]
        for case in cases:
            with pytest.raises(Invalid) as caught:
                space.apply(case)
            assert len(caught.value.message) > 10

    def test_the_namespace_must_exist(self, cluster: Cluster) -> None:
        manifest = config_map("one")
        manifest["metadata"]["namespace"] = "no-such-namespace"
        with pytest.raises(NotFound):
            cluster.apply(manifest, actor=CONSOLE)

    def test_list_by_namespace_and_labels(self, space: Space) -> None:
        space.apply(config_map("one"), labels={"team": "a", "kind": "x"})
        space.apply(config_map("two"), labels={"team": "a"})
        space.apply(config_map("three"), labels={"team": "b"})
        chosen = space.cluster.list("ConfigMap", namespace=space.name, labels={"team": "a"})
        assert {item.metadata.name for item in chosen.items} == {"one", "two"}
        both = space.cluster.list("ConfigMap", labels={"team": "a", "kind": "x"})
        assert "one" in {item.metadata.name for item in both.items}

    def test_delete(self, space: Space) -> None:
        space.apply(config_map("one"))
        space.delete("ConfigMap", "one")
        with pytest.raises(NotFound):
            space.get("ConfigMap", "one")
        with pytest.raises(NotFound):
            space.delete("ConfigMap", "one")

    def test_watch_goes_on_from_a_version(self, space: Space) -> None:
        space.apply(config_map("before"))
        version = space.cluster.list("ConfigMap").resource_version
        space.apply(config_map("one", color="red"))
        space.apply(config_map("one", color="blue"))
        space.delete("ConfigMap", "one")
        changes = _take(space, "ConfigMap", version, 3)
        assert [change.type for change in changes] == ["ADDED", "MODIFIED", "DELETED"]
        again = _take(space, "ConfigMap", changes[0].resource_version, 2)
        assert [change.type for change in again] == ["MODIFIED", "DELETED"]

    def test_a_waiting_watch_wakes(self, space: Space) -> None:
        version = space.cluster.list("ConfigMap").resource_version
        timer = threading.Timer(0.2, lambda: space.apply(config_map("late")))
        timer.start()
        assert _take(space, "ConfigMap", version, 1)[0].type == "ADDED"
        timer.join()

    def test_a_watch_ends_with_a_bookmark(self, space: Space) -> None:
        space.apply(config_map("one"))
        version = space.cluster.list("ConfigMap").resource_version
        changes = list(space.cluster.watch("ConfigMap", resource_version=version, timeout=1))
        assert changes[-1].type == "BOOKMARK"
        assert changes[-1].object is None
        assert int(changes[-1].resource_version) >= int(version)

    def test_a_watch_from_long_ago_expires(self, space: Space, expire: Callable[[], str]) -> None:
        with pytest.raises(Expired):
            list(space.cluster.watch("ConfigMap", resource_version=expire(), timeout=1))

    def test_what_an_owner_owned_goes_with_it(self, space: Space, programs: Programs) -> None:
        space.apply(deployment("web", programs.sleeps()))
        space.until_ready("web", 1)
        space.delete("Deployment", "web")
        space.until("Pod", lambda pods: not pods)
        space.until("ReplicaSet", lambda sets: not sets)

    def test_a_namespace_goes_with_everything_in_it(self, space: Space, programs: Programs) -> None:
        space.apply(config_map("one"))
        space.apply(deployment("web", programs.sleeps(), replicas=2))
        space.apply(service("web"))
        space.until_ready("web", 2)
        space.cluster.delete(Ref("Namespace", space.name), actor=CONSOLE)
        space.until_gone("Namespace", space.name)
        for kind in ("Pod", "ReplicaSet", "Deployment", "Service", "ConfigMap"):
            assert not space.cluster.list(kind, namespace=space.name).items
        with pytest.raises(NotFound):
            space.apply(config_map("one"))


def _take(space: Space, kind: str, version: str, count: int) -> list[Change]:
    """Return the first changes in this Namespace after a version."""
    found: list[Change] = []
    for change in space.cluster.watch(kind, resource_version=version, timeout=10):
        if change.object is not None and change.object.metadata.namespace == space.name:
            found.append(change)
        if len(found) == count:
            break
    return found
