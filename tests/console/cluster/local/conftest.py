"""A fast embedded cluster for each test that asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.cluster.local import LocalCluster, Options
from console.cluster.protocol import CONSOLE
from tests.contracts.programs import Programs
from tests.contracts.space import Space

QUICK = Options(
    restart_delay=0.2, sample_interval=0.2, close_grace=0.2, capacity={"example.com/card": "2"}
)

Start = Callable[..., LocalCluster]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return what starts an embedded cluster on this test's directory; it ends with the test."""
    started: list[LocalCluster] = []

    def begin(images: Path | None = None, options: Options = QUICK) -> LocalCluster:
        local = LocalCluster(
            tmp_path / "cluster", images=images, volumes=tmp_path / "volumes", options=options
        )
        started.append(local)
        return local

    yield begin
    for local in started:
        local.close()


@pytest.fixture
def local(start: Start) -> LocalCluster:
    """Start one."""
    return start()


@pytest.fixture
def space(local: LocalCluster) -> Space:
    """Return a Namespace of it."""
    return make_space(local, "team-a")


def make_space(local: LocalCluster, name: str) -> Space:
    """Return a new Namespace."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    local.apply(namespace, actor=CONSOLE)
    return Space(local, name)


@pytest.fixture
def programs() -> Programs:
    """Return containers that run with this machine's Python."""
    return Programs(image="library/python:3", missing_image="registry.invalid/none:1")
