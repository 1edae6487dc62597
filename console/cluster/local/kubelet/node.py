"""What the containers of this node share: where they live, who watches them, what they may know."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from console.cluster.local.events import EventRecorder
from console.cluster.local.kubelet.logs import MOST_FILE, LogWriter
from console.cluster.local.kubelet.processes import Stragglers
from console.cluster.local.kubelet.reaper import CONTAINER, NODE
from console.cluster.local.kubelet.sampling import Sampler
from console.cluster.local.store import Store
from console.cluster.objects import Manifest

COMPONENT = "kubelet"
# Below the ports that the system gives to outgoing connections.
FIRST_PORT, LAST_PORT = 20000, 32000


class Ports:
    """Gives loopback ports to replicas; one that is in use is passed over."""

    def __init__(self) -> None:
        self._given: set[int] = set()
        self._next = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT)

    def take(self) -> int:
        """Return a free port. Raises OSError when there is none."""
        for _ in range(LAST_PORT - FIRST_PORT):
            port = self._next
            self._next = port + 1 if port + 1 < LAST_PORT else FIRST_PORT
            if port not in self._given and _is_free(port):
                self._given.add(port)
                return port
        raise OSError("no loopback port is free")

    def give_back(self, port: int) -> None:
        """Let others have a port."""
        self._given.discard(port)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@dataclass(slots=True)
class Node:
    """This machine as the node of the cluster."""

    name: str
    identity: str
    root: Path
    claims: Path
    images: Path | None
    store: Store
    events: EventRecorder
    executor: Executor
    stragglers: Stragglers
    sampler: Sampler
    restart_delay: float = 10.0
    log_limit: int = MOST_FILE
    # From then on nothing is written down: what runs now is found as cut off at the next start.
    closing: bool = False
    ports: Ports = field(default_factory=Ports)
    # Of this start; what an earlier start left can be told apart.
    boot: str = field(default_factory=lambda: secrets.token_hex(6))
    # The real ports of each pod by declared number and name; read from other threads.
    pod_ports: dict[str, dict[int | str, int]] = field(default_factory=dict)
    # The logs that are being written, by pod and container; read from other threads.
    writers: dict[tuple[str, str], LogWriter] = field(default_factory=dict)

    def normal(self, pod: Manifest, reason: str, message: str) -> None:
        """Tell that something went its way."""
        if not self.closing:
            self.events.normal(pod, reason, message, COMPONENT)

    def warning(self, pod: Manifest, reason: str, message: str) -> None:
        """Tell that something went wrong."""
        if not self.closing:
            self.events.warning(pod, reason, message, COMPONENT)

    def base_environment(self, directory: Path, identity: str) -> dict[str, str]:
        """Return what every container knows; nothing of it is the console's own."""
        machine = os.environ.get("PATH", os.defpath)
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{machine}",
            "HOME": str(directory / "home"),
            "TMPDIR": str(directory / "tmp"),
            "LANG": "C.UTF-8",
            # A program that asks where to listen stays on this machine.
            "HOST": "127.0.0.1",
        } | self.markers(identity)

    def markers(self, identity: str) -> dict[str, str]:
        """Return the variables by which a container's processes are found."""
        return {NODE: self.identity, CONTAINER: identity}

    def services(self, namespace: str) -> Iterator[tuple[str, str, int]]:
        """Yield name, host and port of the Services of a Namespace that have an address."""
        for service in self.store.all("Service", namespace):
            balancer = service.get("status", {}).get("loadBalancer", {})
            for ingress in balancer.get("ingress", ()):
                for port in ingress.get("ports", ()):
                    yield service["metadata"]["name"], ingress["ip"], port["port"]
