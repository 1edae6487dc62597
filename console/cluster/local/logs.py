"""Finds the log of a container and reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from console.cluster.errors import NotFound
from console.cluster.local.kubelet import log_reader
from console.cluster.local.kubelet.node import Node
from console.cluster.local.kubelet.volumes import PodDirectory
from console.cluster.local.store import Store
from console.cluster.objects import Manifest
from console.cluster.protocol import LogLine


class LogSource:
    """Reads container logs; safe to use from any thread."""

    def __init__(self, store: Store, node: Node) -> None:
        self._store = store
        self._node = node

    def read(
        self,
        pod: Manifest,
        container: str,
        *,
        previous: bool,
        tail: int | None,
        since: datetime | None,
        timeout: float | None,
    ) -> Iterator[LogLine]:
        """Yield lines; with a timeout also those to come. Raises NotFound."""
        container = _container(pod, container)
        status = _status(pod, container)
        number = status.get("restartCount", 0) - (1 if previous else 0)
        directory = PodDirectory(self._node.root, self._node.claims, pod)
        path = directory.log(container, number)
        if number < 0 or not path.exists():
            raise NotFound(_why(pod, container, status, previous=previous))
        writer = self._node.writers.get((pod["metadata"]["uid"], container))
        if timeout is None or writer is None or writer.path != path:
            return log_reader.read(path, tail=tail, since=since)
        return log_reader.follow(path, writer, tail=tail, since=since, timeout=timeout)


def _container(pod: Manifest, name: str) -> str:
    """Return the name of a container of a pod, by default its first."""
    spec = pod["spec"]
    names = [item["name"] for item in [*spec["containers"], *(spec.get("initContainers") or ())]]
    if name and name not in names:
        raise NotFound(f"Pod “{pod['metadata']['name']}” has no container “{name[:63]}”.")
    return name or str(names[0])


def _status(pod: Manifest, container: str) -> Manifest:
    status = pod.get("status", {})
    found = [*status.get("containerStatuses", ()), *status.get("initContainerStatuses", ())]
    return next((item for item in found if item["name"] == container), {})


def _why(pod: Manifest, container: str, status: Manifest, *, previous: bool) -> str:
    """Return why there is no log, in Kubernetes' words."""
    name = pod["metadata"]["name"]
    if previous:
        return f"Previous terminated container “{container}” in pod “{name}” not found."
    waiting = status.get("state", {}).get("waiting", {})
    reason = waiting.get("reason") or "PodInitializing"
    return f"Container “{container}” in pod “{name}” is waiting to start: {reason}."
