"""What the console needs of a cluster; `local/` and `kubernetes.py` provide it.

One contract suite (tests/contracts/cluster.py) runs on every implementation. All methods are
synchronous and safe to call from any thread; every call has a deadline and raises only errors of
console/cluster/errors.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from console.cluster.objects import Manifest, Object


@dataclass(frozen=True, slots=True)
class Actor:
    """The person a write is done for; Kubernetes impersonates the name and the groups."""

    username: str
    groups: tuple[str, ...] = ()


CONSOLE = Actor("moonbase:console", ("moonbase:controllers",))
"""The console itself: reconcilers and clean-up, never a request of a person."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The address of one object; `namespace` is empty for kinds without one."""

    kind: str
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        """Return "Pod team-a/web-1" or "Node laptop"."""
        return f"{self.kind} {self.namespace}/{self.name}".replace(" /", " ")


@dataclass(frozen=True, slots=True)
class ObjectList:
    """All objects of a kind at one version, from which a watch goes on."""

    items: tuple[Object, ...]
    resource_version: str


@dataclass(frozen=True, slots=True)
class Change:
    """One event of a watch; a BOOKMARK has no object and only moves the version on."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
    object: Object | None
    resource_version: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a container's output, without its line feed."""

    at: datetime
    stream: Literal["stdout", "stderr"]
    text: str


@dataclass(frozen=True, slots=True)
class ContainerUsage:
    """What a container used: CPU in thousandths of a core, memory as working set in bytes."""

    namespace: str
    pod: str
    container: str
    cpu_milli: float
    memory_bytes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class NodeSummary:
    """What a node and its containers used at one moment."""

    node: str
    cpu_milli: float
    memory_bytes: int
    containers: tuple[ContainerUsage, ...]


@dataclass(frozen=True, slots=True)
class ProxyRequest:
    """An HTTP request for a Service; `path` starts with "/" and may hold a query string."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class ProxyResponse:
    """What the Service answered, body cut at the limit of the call; `pod` answered if known."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False
    pod: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this cluster can't do; each sentence is shown where it matters."""

    name: str
    limits: tuple[str, ...] = ()


@runtime_checkable
class Cluster(Protocol):
    """A Kubernetes API as the console uses it."""

    capabilities: Capabilities

    def apply(self, manifest: Manifest, *, actor: Actor) -> Manifest:
        """Create the object or merge the manifest into it, and return what is stored.

        Server-side apply: fields that the console once applied and now leaves out are removed,
        fields of others stay. A `metadata.resourceVersion` that is not the current one raises
        Conflict. Raises Invalid, NotFound (of the Namespace), Refused, Unavailable.
        """
        ...

    def dry_run(self, manifest: Manifest, *, actor: Actor) -> Manifest:
        """Return what `apply` would store, and store nothing. Raises as `apply` does."""
        ...

    def delete(self, ref: Ref, *, actor: Actor, grace_seconds: int | None = None) -> None:
        """Begin to delete the object and what it owns; NotFound if it is not there.

        Pods get SIGTERM, and SIGKILL after the grace period (the pod's own by default).
        """
        ...

    def get(self, ref: Ref, *, actor: Actor = CONSOLE) -> Manifest:
        """Return the whole object as a dictionary. Raises NotFound."""
        ...

    def list(
        self, kind: str, *, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> ObjectList:
        """Return all objects of a kind, of one Namespace or of all, with these labels."""
        ...

    def watch(self, kind: str, *, resource_version: str, timeout: float = 30.0) -> Iterator[Change]:
        """Yield changes of a kind in all Namespaces after a version, for `timeout` seconds.

        Ends with a BOOKMARK at the latest version. Raises Expired when the version is too old;
        closing the generator ends the watch.
        """
        ...

    def read_log(
        self,
        namespace: str,
        pod: str,
        *,
        container: str = "",
        previous: bool = False,
        tail_lines: int | None = None,
        since: datetime | None = None,
        follow: bool = False,
        timeout: float = 30.0,
    ) -> Iterator[LogLine]:
        """Yield lines of a container; `previous` reads the run before the last restart.

        With `follow`, goes on until the container ends or `timeout` seconds passed without a line;
        closing the generator ends the read. Raises NotFound.
        """
        ...

    def node_summary(self, node: str) -> NodeSummary:
        """Return what a node's containers use now. Raises NotFound."""
        ...

    def proxy(
        self,
        namespace: str,
        service: str,
        request: ProxyRequest,
        *,
        actor: Actor,
        port: int | None = None,
        timeout: float = 30.0,
        limit: int = 10 * 2**20,
    ) -> ProxyResponse:
        """Send a request to a ready replica of a Service and return its answer.

        Raises NotFound (no such Service), Unavailable (no ready replica, or no answer in time).
        """
        ...

    def close(self) -> None:
        """Let go of threads and connections; the embedded cluster also ends its containers."""
        ...
