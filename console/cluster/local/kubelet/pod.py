"""One pod on this node, from its volumes to its end."""

from __future__ import annotations

import asyncio
import time

from console.cluster.local.kubelet import status as statuses
from console.cluster.local.kubelet.container import Container
from console.cluster.local.kubelet.node import Node
from console.cluster.local.kubelet.surroundings import Surroundings
from console.cluster.local.kubelet.volumes import MountError, PodDirectory, data_of
from console.cluster.local.meta import name_of, now, seconds
from console.cluster.objects import Manifest

EXPIRED = "Pod was active on the node longer than the specified deadline"


class PodRun:
    """Runs the containers of a pod; `run` returns when none of them will be started again."""

    def __init__(self, node: Node, pod: Manifest) -> None:
        self._node = node
        self._pod = pod
        self._uid: str = pod["metadata"]["uid"]
        self._stopping = asyncio.Event()
        self._expiry: asyncio.TimerHandle | None = None
        self._expired = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.directory = PodDirectory(node.root, node.claims, pod)
        self._around = Surroundings(node, pod, self.directory, self.publish)
        self._inits = self._containers("initContainers", "initContainerStatuses")
        self._mains = self._containers("containers", "containerStatuses")

    async def run(self) -> None:
        """Run the pod to its end."""
        self._watch_deadline()
        done = False
        try:
            self._around.ports = self._take_ports()
            if any(container.may_run() for container in self._mains):
                done = not await self._begin()
            else:
                done = True
        finally:
            if self._expiry:
                self._expiry.cancel()
            self._give_ports_back()
            over = done or self._over()
            if over:
                await self._empty()
            self.publish(done=over)

    async def stop(self, grace: float) -> None:
        """End all containers and start none again."""
        self._stopping.set()
        for container in self._mains:
            if container.status["state"].get("running"):
                self._node.normal(self._pod, "Killing", f"Stopping container {container.name}")
        stops = (container.stop(grace) for container in [*self._inits, *self._mains])
        await asyncio.gather(*stops)

    def publish(self, *, done: bool = False) -> None:
        """Write what is known into the pod's status, unless the console ends."""
        if self._node.closing:
            return
        inits = [container.status for container in self._inits]
        mains = [container.status for container in self._mains]

        def write(copy: Manifest) -> None:
            status = copy.setdefault("status", {})
            status.setdefault("startTime", now())
            status["hostIP"] = status["podIP"] = "127.0.0.1"
            statuses.write(status, inits, mains, done=done)
            if self._expired:
                status |= {"phase": "Failed", "reason": "DeadlineExceeded", "message": EXPIRED}

        self._node.store.edit("Pod", *name_of(self._pod), write, uid=self._uid)

    def _containers(self, field: str, status_field: str) -> list[Container]:
        status = self._pod.get("status", {})
        before = {item["name"]: item for item in status.get(status_field, ())}
        policy = self._pod["spec"].get("restartPolicy", "Always")
        if field == "initContainers" and policy == "Always":
            # An init container ends; only its failure is tried again.
            policy = "OnFailure"
        return [
            Container(self._around, spec, policy=policy, before=before.get(spec["name"]))
            for spec in self._pod["spec"].get(field) or ()
        ]

    async def _begin(self) -> bool:
        """Mount, initialise and run; False when an init container has failed for good."""
        if not await self._mount():
            return True
        self.publish()
        for container in self._inits:
            if self._stopping.is_set():
                return True
            await container.run()
            if statuses.exit_code(container.status) != 0:
                return self._stopping.is_set()
        if not self._stopping.is_set():
            await asyncio.gather(*(container.run() for container in self._mains))
        return True

    async def _mount(self) -> bool:
        """Make the volumes, waiting for what they need; False when stopped meanwhile."""
        namespace = self._pod["metadata"]["namespace"]
        store = self._node.store
        lookup = data_of(lambda kind, name: store.get(kind, namespace, name))
        while not self._stopping.is_set():
            try:
                self._around.volumes = self.directory.prepare(self._pod, lookup)
            except (MountError, OSError) as error:
                self._node.warning(self._pod, "FailedMount", str(error))
            else:
                return True
            try:
                await asyncio.wait_for(self._stopping.wait(), self._node.restart_delay)
            except TimeoutError:
                continue
        return False

    def _over(self) -> bool:
        """Tell whether every container has ended for good."""
        if self._expired:
            return True
        return all(
            statuses.exit_code(container.status) is not None and not container.may_run()
            for container in self._mains
        )

    async def _empty(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._node.executor, self.directory.empty)

    def _take_ports(self) -> dict[int | str, int]:
        ports: dict[int | str, int] = {}
        for container in self._pod["spec"]["containers"]:
            for port in container.get("ports") or ():
                real = ports.get(port["containerPort"]) or self._node.ports.take()
                ports[port["containerPort"]] = real
                if port.get("name"):
                    ports[port["name"]] = real
        self._node.pod_ports[self._uid] = ports
        return ports

    def _give_ports_back(self) -> None:
        for port in set(self._node.pod_ports.pop(self._uid, {}).values()):
            self._node.ports.give_back(port)

    def _watch_deadline(self) -> None:
        allowed = self._pod["spec"].get("activeDeadlineSeconds")
        if allowed is None:
            return
        began = seconds(self._pod.get("status", {}).get("startTime")) or time.time()
        loop = asyncio.get_running_loop()
        self._expiry = loop.call_later(max(began + allowed - time.time(), 0), self._expire)

    def _expire(self) -> None:
        self._expired = True
        self._node.normal(self._pod, "DeadlineExceeded", EXPIRED)
        grace = self._pod["spec"].get("terminationGracePeriodSeconds", 30)
        task = asyncio.create_task(self.stop(grace))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
