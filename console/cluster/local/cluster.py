"""The embedded cluster: a `Cluster` in this process, with processes as containers."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from console.cluster.errors import Conflict, Expired, Invalid, NotFound, Refused
from console.cluster.local import machine
from console.cluster.local.deletion import begin
from console.cluster.local.directories import private
from console.cluster.local.engine import Engine, Options, Places, lock
from console.cluster.local.journal import Journal
from console.cluster.local.kubelet.recovery import record_cut_off
from console.cluster.local.limits import LIMITS
from console.cluster.local.logs import LogSource
from console.cluster.local.merge import applied_fields, merged
from console.cluster.local.meta import clone, is_leaving
from console.cluster.local.proxy import Proxy
from console.cluster.local.store import Store
from console.cluster.local.validation import check_change, checked
from console.cluster.objects import KINDS, Manifest
from console.cluster.protocol import (
    CONSOLE,
    Actor,
    Capabilities,
    Change,
    ContainerUsage,
    LogLine,
    NodeSummary,
    ObjectList,
    ProxyRequest,
    ProxyResponse,
    Ref,
)

log = logging.getLogger(__name__)


class LocalCluster:
    """Everything starts with the object and ends with `close`."""

    def __init__(
        self,
        directory: Path,
        *,
        images: Path | None,
        volumes: Path,
        node_name: str | None = None,
        options: Options | None = None,
    ) -> None:
        self.capabilities = Capabilities("Embedded cluster", LIMITS)
        options = options or Options()
        private(directory)
        self._lock = lock(directory)
        self._closed = False
        self._name = node_name or machine.name_of_this_machine()
        self._store = Store(Journal(directory / "store.sqlite3"), history=options.history)
        try:
            self._prepare(options.capacity)
            record_cut_off(self._store, self._name)
            places = Places(directory, volumes, images)
            self._engine = Engine(self._store, places, self._name, options)
        except BaseException:
            self._store.close()
            os.close(self._lock)
            raise
        self._logs = LogSource(self._store, self._engine.node)
        self._proxy = Proxy(self._engine.endpoints)
        psutil.cpu_percent()
        self._engine.start()

    def __enter__(self) -> Self:
        """Return the cluster; leaving the block closes it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the cluster."""
        self.close()

    def close(self) -> None:
        """End all containers with a short grace, write what is left, and join all threads."""
        if self._closed:
            return
        self._closed = True
        self._engine.close()
        self._proxy.close()
        self._store.close()
        os.close(self._lock)

    @property
    def reaper_pid(self) -> int:
        """Return the process that ends the containers if this one can't."""
        return self._engine.reaper_pid

    # Objects.

    def apply(self, manifest: Manifest, *, actor: Actor) -> Manifest:
        """Create the object or merge the manifest into it, and return what is stored."""
        stored = self._apply(manifest, keep=True)
        log.debug("%s applied %s", actor.username, ref_of(stored))
        return stored

    def dry_run(self, manifest: Manifest, *, actor: Actor) -> Manifest:
        """Return what `apply` would store, and store nothing."""
        stored = self._apply(manifest, keep=False)
        log.debug("%s tried %s", actor.username, ref_of(stored))
        return stored

    def delete(self, ref: Ref, *, actor: Actor, grace_seconds: int | None = None) -> None:
        """Begin to delete the object and what it owns; NotFound if it is not there."""
        begin(self._store, self._found(ref), grace_seconds)
        log.debug("%s deleted %s", actor.username, ref)

    def get(self, ref: Ref, *, actor: Actor = CONSOLE) -> Manifest:  # noqa: ARG002 - reads are free
        """Return the whole object as a dictionary. Raises NotFound."""
        manifest: Manifest = clone(self._found(ref))
        return manifest

    def list(
        self, kind: str, *, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> ObjectList:
        """Return all objects of a kind, of one Namespace or of all, with these labels."""
        chosen = namespace if namespace and KINDS[_known(kind)].namespaced else None
        return self._store.listing(_known(kind), chosen, labels or {})

    def watch(self, kind: str, *, resource_version: str, timeout: float = 30.0) -> Iterator[Change]:
        """Yield changes of a kind after a version, then a BOOKMARK. Raises Expired."""
        if not resource_version.isascii() or not resource_version.isdigit():
            raise Expired(
                f"“{resource_version[:40]}” is not a version of this cluster. List again."
            )
        return self._store.watch(_known(kind), int(resource_version), timeout)

    # Containers.

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
        """Yield lines of a container. Raises NotFound."""
        return self._logs.read(
            self._found(Ref("Pod", pod, namespace)),
            container,
            previous=previous,
            tail=tail_lines,
            since=since,
            timeout=timeout if follow else None,
        )

    def node_summary(self, node: str) -> NodeSummary:
        """Return what the node's containers use now. Raises NotFound."""
        self._found(Ref("Node", node))
        memory = psutil.virtual_memory()
        cpu = psutil.cpu_percent() * (psutil.cpu_count() or 1) * 10
        return NodeSummary(node, cpu, memory.total - memory.available, self._usage())

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
        """Send a request to a ready replica of a Service and return its answer."""
        found = self._found(Ref("Service", service, namespace))
        log.debug("%s sends %s to %s", actor.username, request.method, service)
        return self._proxy.send(found, request, port=port, timeout=timeout, limit=limit)

    # Inside.

    def _prepare(self, capacity: Mapping[str, str]) -> None:
        """Have a Namespace and a Node, and no node of an earlier name."""
        for node in self._store.all("Node"):
            self._store.remove("Node", "", node["metadata"]["name"])
        merged_capacity = machine.capacity_of_this_machine() | dict(capacity)
        self._store.create(machine.node(self._name, merged_capacity))
        if self._store.get("Namespace", "", "default") is None:
            default = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}
            self._store.create(default)

    def _found(self, ref: Ref) -> Manifest:
        kind = _known(ref.kind)
        namespace = ref.namespace if KINDS[kind].namespaced else ""
        manifest = self._store.get(kind, namespace, ref.name)
        if manifest is None:
            raise NotFound(f"{replace(ref, namespace=namespace)} does not exist.")
        return manifest

    def _apply(self, manifest: Manifest, *, keep: bool) -> Manifest:
        kind, given = checked(manifest)
        metadata = given["metadata"]
        namespace, name = metadata.get("namespace", ""), metadata["name"]
        now = applied_fields(given)
        with self._store.lock:
            record = self._store.record(kind.name, namespace, name)
            if record is None:
                self._check_namespace(namespace)
                if metadata.get("resourceVersion") or metadata.get("uid"):
                    raise Conflict(f"{kind.name} “{name}” is gone; it was changed from a copy.")
                return self._create(now, keep=keep)
            _check_version(record.manifest, metadata)
            result = clone(merged(record.manifest, record.applied, now))
            checked(result)
            check_change(record.manifest, result)
            if keep:
                result = self._store.replace(record, result, now)
            return _copy(result)

    def _create(self, given: Manifest, *, keep: bool) -> Manifest:
        new = {**given, "status": {"phase": "Pending"}} if given["kind"] == "Pod" else given
        if not keep:
            return self._store.initialised(new)
        return _copy(self._store.create(new, given))

    def _check_namespace(self, namespace: str) -> None:
        """Refuse a new object where it would have no Namespace, or not for long."""
        if not namespace:
            return
        space = self._store.get("Namespace", "", namespace)
        if space is None:
            raise NotFound(f"Namespace “{namespace}” does not exist.")
        if is_leaving(space):
            raise Refused(f"Namespace “{namespace}” is being deleted and takes nothing new.")

    def _usage(self) -> tuple[ContainerUsage, ...]:
        pods = {pod["metadata"]["uid"]: pod["metadata"] for pod in self._store.all("Pod")}
        found = []
        for identity, watched in list(self._engine.sampler.watched.items()):
            _, uid, container = identity.split(".", 2)
            if uid in pods:
                found.append(
                    ContainerUsage(
                        pods[uid]["namespace"],
                        pods[uid]["name"],
                        container,
                        watched.cpu_milli,
                        watched.memory_bytes,
                        datetime.fromtimestamp(watched.at, UTC),
                    )
                )
        return tuple(found)


def ref_of(manifest: Manifest) -> Ref:
    """Return the address of an object."""
    metadata = manifest["metadata"]
    return Ref(manifest["kind"], metadata["name"], metadata.get("namespace", ""))


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise Invalid(f"This cluster knows no kind “{kind[:60]}”.")
    return kind


def _copy(manifest: Manifest) -> Manifest:
    copy: Manifest = clone(manifest)
    return copy


def _check_version(live: Manifest, metadata: Manifest) -> None:
    """Refuse a change that was made from another version than the current one."""
    own = live["metadata"]
    for field in ("resourceVersion", "uid"):
        if metadata.get(field) and metadata[field] != own[field]:
            raise Conflict(
                f"{live['kind']} “{own['name']}” has been changed since it was read. "
                "Look at it again and repeat the change."
            )
