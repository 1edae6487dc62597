"""What a container has of its pod."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from console.cluster.local.kubelet.node import Node
from console.cluster.local.kubelet.volumes import PodDirectory
from console.cluster.objects import Manifest


@dataclass(slots=True)
class Surroundings:
    """Shared by the containers of a pod; `changed` is called after each change of a status."""

    node: Node
    pod: Manifest
    directory: PodDirectory
    changed: Callable[[], None]
    volumes: Mapping[str, Path] = field(default_factory=dict)
    ports: Mapping[int | str, int] = field(default_factory=dict)
