"""Which replicas stand behind a Service now."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from console.cluster.local.meta import has_labels, holds, is_active
from console.cluster.local.store import Store
from console.cluster.objects import Manifest

PodPorts = Mapping[str, Mapping[int | str, int]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One ready replica and its real port on this machine."""

    pod: str
    port: int


class Endpoints:
    """Finds ready replicas, and takes them in turn; safe to use from any thread."""

    def __init__(self, store: Store, pod_ports: PodPorts) -> None:
        self._store = store
        self._pod_ports = pod_ports
        self._turns: dict[tuple[str, str], Iterator[int]] = defaultdict(itertools.count)

    def ready(self, service: Manifest, port: Manifest) -> list[Endpoint]:
        """Return the ready replicas for one port of a Service, in the order of their names."""
        target: int | str = port.get("targetPort") or port["port"]
        found = []
        for pod in self.selected(service):
            real = self._pod_ports.get(pod["metadata"]["uid"], {}).get(target)
            if real and holds(pod, "Ready"):
                found.append(Endpoint(pod["metadata"]["name"], real))
        return sorted(found, key=lambda endpoint: endpoint.pod)

    def selected(self, service: Manifest) -> list[Manifest]:
        """Return the running pods that a Service selects."""
        selector = service["spec"].get("selector")
        if not selector:
            return []
        pods = self._store.all("Pod", service["metadata"]["namespace"])
        return [pod for pod in pods if is_active(pod) and has_labels(pod, selector)]

    def next(self, service: Manifest, port: Manifest) -> Endpoint | None:
        """Return the replica whose turn it is; None when none is ready."""
        ready = self.ready(service, port)
        if not ready:
            return None
        turn = next(self._turns[(service["metadata"]["uid"], str(port["port"]))])
        return ready[turn % len(ready)]

    def forget(self, uid: str) -> None:
        """Count no more for a Service that is gone."""
        for key in [key for key in self._turns if key[0] == uid]:
            self._turns.pop(key, None)


def port_of(service: Manifest, number: int | None) -> Manifest | None:
    """Return a Service's port by number, or its first one."""
    ports: list[Manifest] = service["spec"]["ports"]
    if number is None:
        return ports[0]
    return next((port for port in ports if port["port"] == number), None)


def why_none(pods: list[Manifest]) -> str:
    """Return one sentence on why no replica of a Service is ready."""
    if not pods:
        return "no pod runs behind it"
    reasons = []
    for pod in pods:
        for status in pod.get("status", {}).get("containerStatuses", ()):
            waiting = status.get("state", {}).get("waiting")
            if waiting:
                reasons.append(waiting.get("reason", ""))
    reason = next(filter(None, reasons), "")
    text = (
        "its only pod is not ready" if len(pods) == 1 else f"none of its {len(pods)} pods is ready"
    )
    return f"{text} ({reason})" if reason else text
