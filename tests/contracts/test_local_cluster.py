"""The embedded cluster keeps the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count

import pytest

from console.cluster.errors import NotFound
from console.cluster.local import LocalCluster, Options
from console.cluster.protocol import CONSOLE, Cluster, Ref
from tests.contracts.cluster import ClusterContract
from tests.contracts.programs import Programs, config_map
from tests.contracts.space import Space

HISTORY = 500
_numbers = count(1)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run one embedded cluster for all tests of this module."""
    root = tmp_path_factory.mktemp("local-cluster")
    options = Options(restart_delay=0.2, sample_interval=0.2, close_grace=0.2, history=HISTORY)
    with LocalCluster(
        root / "cluster", images=None, volumes=root / "volumes", options=options
    ) as local:
        yield local


@pytest.fixture
def space(cluster: Cluster) -> Iterator[Space]:
    """Give a test a Namespace, and end what it left in it."""
    name = f"space-{next(_numbers)}"
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    cluster.apply(namespace, actor=CONSOLE)
    made = Space(cluster, name)
    yield made
    for pod in made.pods():
        with suppress(NotFound):
            made.delete("Pod", pod.metadata.name, grace_seconds=0)
    with suppress(NotFound):
        cluster.delete(Ref("Namespace", name), actor=CONSOLE)


@pytest.fixture
def programs() -> Programs:
    """Return containers that run with this machine's Python."""
    return Programs(image="library/python:3", missing_image="registry.invalid/none:1")


@pytest.fixture
def expire(space: Space) -> Callable[[], str]:
    """Return what makes more changes than the cluster remembers."""

    def make() -> str:
        version = space.cluster.list("ConfigMap").resource_version
        for number in range(HISTORY + 2):
            space.apply(config_map("many", number=str(number)))
        return version

    return make


class TestLocalCluster(ClusterContract):
    """The embedded cluster."""
