"""One Namespace of a cluster, and ways to wait in it without sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from console.cluster.errors import Expired
from console.cluster.objects import ContainerStatus, Manifest, Pod
from console.cluster.protocol import CONSOLE, Cluster, ProxyRequest, ProxyResponse, Ref

PATIENCE = 20.0


@dataclass(frozen=True)
class Space:
    """A Namespace in which a test does what it likes."""

    cluster: Cluster
    name: str

    def apply(self, manifest: Manifest, **metadata: Any) -> Manifest:
        """Apply an object in this Namespace."""
        metadata = {**manifest["metadata"], "namespace": self.name, **metadata}
        return self.cluster.apply({**manifest, "metadata": metadata}, actor=CONSOLE)

    def get(self, kind: str, name: str) -> Manifest:
        """Return an object of this Namespace."""
        return self.cluster.get(Ref(kind, name, self.name))

    def delete(self, kind: str, name: str, *, grace_seconds: int | None = None) -> None:
        """Delete an object of this Namespace."""
        self.cluster.delete(Ref(kind, name, self.name), actor=CONSOLE, grace_seconds=grace_seconds)

    def pods(self, prefix: str = "") -> list[Pod]:
        """Return the pods whose names begin so."""
        items = self.cluster.list("Pod", namespace=self.name).items
        return [
            item
            for item in items
            if isinstance(item, Pod) and item.metadata.name.startswith(prefix)
        ]

    def until(self, kind: str, good: Callable[[list[Any]], Any], patience: float = PATIENCE) -> Any:
        """Return what `good` says of the objects of a kind as soon as it is true."""
        deadline = time.monotonic() + patience
        while True:
            listed = self.cluster.list(kind, namespace=self.name)
            found = good(list(listed.items))
            if found:
                return found
            left = deadline - time.monotonic()
            assert left > 0, f"waited {patience} s; now: {listed.items}"
            self._next_change(kind, listed.resource_version, left)

    def until_pod(
        self, prefix: str, good: Callable[[Pod], bool], patience: float = PATIENCE
    ) -> Pod:
        """Return the first pod of a prefix of which `good` is true."""

        def first(pods: Iterable[Pod]) -> Pod | None:
            return next((p for p in pods if p.metadata.name.startswith(prefix) and good(p)), None)

        found: Pod = self.until("Pod", first, patience)
        return found

    def until_container(
        self, prefix: str, good: Callable[[ContainerStatus], bool], patience: float = PATIENCE
    ) -> ContainerStatus:
        """Return the first container status of which `good` is true."""
        pod = self.until_pod(
            prefix, lambda pod: any(good(item) for item in pod.status.container_statuses), patience
        )
        return next(item for item in pod.status.container_statuses if good(item))

    def until_condition(self, kind: str, name: str, condition: str) -> Any:
        """Return a condition of an object once it is True."""

        def found(items: list[Any]) -> Any:
            named = [item for item in items if item.metadata.name == name]
            conditions = [c for item in named for c in item.status.conditions]
            return next((c for c in conditions if (c.type, c.status) == (condition, "True")), None)

        return self.until(kind, found)

    def until_ready(self, name: str, count: int) -> Any:
        """Return a Deployment once so many new replicas and no others are ready."""

        def ready(items: list[Any]) -> Any:
            for item in items:
                status = item.status
                if item.metadata.name == name and (
                    status.ready_replicas == status.updated_replicas == status.replicas == count
                    and status.observed_generation == item.metadata.generation
                ):
                    return item
            return None

        return self.until("Deployment", ready)

    def until_gone(self, kind: str, name: str) -> None:
        """Return once an object is no more."""
        self.until(kind, lambda items: all(item.metadata.name != name for item in items))

    def log(self, pod: str, **options: Any) -> list[str]:
        """Return the texts of a log."""
        return [line.text for line in self.cluster.read_log(self.name, pod, **options)]

    def send(self, service: str, path: str = "/", **options: Any) -> ProxyResponse:
        """Send a GET request to a Service."""
        return self.cluster.proxy(
            self.name, service, ProxyRequest("GET", path), actor=CONSOLE, **options
        )

    def _next_change(self, kind: str, version: str, timeout: float) -> None:
        try:
            for _ in self.cluster.watch(kind, resource_version=version, timeout=timeout):
                return
        except Expired:
            return


def finished(pod: Pod) -> bool:
    """Tell whether a pod has ended."""
    return pod.status.phase in {"Succeeded", "Failed"}


def is_ready(pod: Pod) -> bool:
    """Tell whether a pod is ready."""
    return any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions)
