"""A loopback listener for each port of a Service spreads connections over its replicas."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterable
from typing import Any

from console.cluster.local.controllers.base import Place
from console.cluster.local.endpoints import Endpoints
from console.cluster.local.store import Store, Stored
from console.cluster.objects import Manifest

BLOCK = 64 * 1024
ADDRESS = "127.0.0.1"
CONNECT_SECONDS = 5.0

_Listener = tuple[int, asyncio.Server]


class ServiceController:
    """Opens and closes listeners, and writes their ports into the status of the Service."""

    def __init__(self, store: Store, endpoints: Endpoints) -> None:
        self._store = store
        self._endpoints = endpoints
        self._listeners: dict[str, dict[int, _Listener]] = {}
        self._places: dict[Place, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def interested(self, change: Stored) -> Iterable[Place]:
        """Look at Services."""
        manifest = change.manifest
        if manifest["kind"] != "Service":
            return []
        return [(manifest["metadata"]["namespace"], manifest["metadata"]["name"])]

    def reconcile(self, namespace: str, name: str) -> float | None:
        """Have a listener for each port, and none for others."""
        service = self._store.get("Service", namespace, name)
        uid = service["metadata"]["uid"] if service else ""
        before = self._places.get((namespace, name), uid)
        if before != uid:
            self._close(before)
            del self._places[(namespace, name)]
        if service:
            self._places[(namespace, name)] = uid
            self._spawn(self._open(service))
        return None

    def close(self) -> None:
        """Close all listeners and connections."""
        for uid in list(self._listeners):
            self._close(uid)
        for task in self._tasks:
            task.cancel()

    def _close(self, uid: str) -> None:
        for _, server in self._listeners.pop(uid, {}).values():
            server.close()
        self._endpoints.forget(uid)

    async def _open(self, service: Manifest) -> None:
        listeners = self._listeners.setdefault(service["metadata"]["uid"], {})
        wanted = {port["port"] for port in service["spec"]["ports"]}
        for number in listeners.keys() - wanted:
            listeners.pop(number)[1].close()
        for number in sorted(wanted - listeners.keys()):
            server = await self._listen(service, number)
            if number in listeners:
                server.close()
                continue
            listeners[number] = (server.sockets[0].getsockname()[1], server)
        self._write(service, {number: real for number, (real, _) in listeners.items()})

    async def _listen(self, service: Manifest, number: int) -> asyncio.Server:
        namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._spawn(self._serve(namespace, name, number, reader, writer))

        return await asyncio.start_server(accept, ADDRESS, 0, limit=BLOCK)

    async def _serve(
        self,
        namespace: str,
        name: str,
        number: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Join a connection with the replica whose turn it is; with none, close it."""
        try:
            service = self._store.get("Service", namespace, name)
            ports = service["spec"]["ports"] if service else ()
            port = next((port for port in ports if port["port"] == number), None)
            endpoint = self._endpoints.next(service, port) if service and port else None
            if endpoint:
                async with asyncio.timeout(CONNECT_SECONDS):
                    other = await asyncio.open_connection(ADDRESS, endpoint.port, limit=BLOCK)
                await asyncio.gather(_copy(reader, other[1]), _copy(other[0], writer))
        except (OSError, TimeoutError):
            return
        finally:
            writer.close()

    def _write(self, service: Manifest, ports: dict[int, int]) -> None:
        listed = [
            {"port": ports[port["port"]], "protocol": "TCP"} for port in service["spec"]["ports"]
        ]
        metadata = service["metadata"]

        def write(copy: Manifest) -> None:
            copy["status"] = {"loadBalancer": {"ingress": [{"ip": ADDRESS, "ports": listed}]}}
            copy["spec"].setdefault("clusterIP", ADDRESS)

        self._store.edit(
            "Service", metadata["namespace"], metadata["name"], write, uid=metadata["uid"]
        )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Move bytes one way, a block at a time, and pass on the end."""
    try:
        while data := await reader.read(BLOCK):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        # The other direction notices by itself.
        with contextlib.suppress(OSError):
            writer.close()
