"""One container of a pod: started, probed, restarted, ended as Kubernetes would."""

from __future__ import annotations

import asyncio
import time

from console.cluster.local.kubelet import status as statuses
from console.cluster.local.kubelet.environment import ConfigError
from console.cluster.local.kubelet.execution import Execution
from console.cluster.local.kubelet.images import ImageError
from console.cluster.local.kubelet.preparation import Prepared, prepare, start
from console.cluster.local.kubelet.probing import Probing
from console.cluster.local.kubelet.surroundings import Surroundings
from console.cluster.local.kubelet.termination import BackOff, describe_end
from console.cluster.local.kubelet.volumes import MountError
from console.cluster.local.meta import clone
from console.cluster.local.resources import memory_limit
from console.cluster.objects import Manifest

START_ERROR = 128


class Container:
    """Runs one container until it has ended for good or is stopped."""

    def __init__(
        self, around: Surroundings, spec: Manifest, *, policy: str, before: Manifest | None
    ) -> None:
        self._around = around
        self._node = around.node
        self._policy = policy
        self._stopping = asyncio.Event()
        self._execution: Execution | None = None
        self._back_off = BackOff(around.node.restart_delay)
        self.spec = spec
        self.name: str = spec["name"]
        self.status: Manifest = clone(before) if before else statuses.first(spec)

    async def run(self) -> None:
        """Start the container, and again as its restart policy says."""
        while not self._stopping.is_set() and self.may_run():
            prepared = await self._prepared()
            if prepared is None:
                continue
            began = time.monotonic()
            await self._run_once(prepared)
            if self._stopping.is_set() or not self.may_run():
                return
            await self._wait_to_restart(time.monotonic() - began)

    def may_run(self) -> bool:
        """Tell whether it is to be started, for the first time or again."""
        code = statuses.exit_code(self.status)
        return (
            code is None or self._policy == "Always" or (self._policy == "OnFailure" and code != 0)
        )

    async def stop(self, grace: float) -> None:
        """End it, and do not start it again."""
        self._stopping.set()
        if self._execution:
            await self._execution.stop(grace)

    async def _prepared(self) -> Prepared | None:
        """Return what to start; None after a wait when something is missing."""
        try:
            return await prepare(self._around, self.spec)
        except ImageError as error:
            await self._miss("ErrImagePull", "ImagePullBackOff", str(error))
        except (ConfigError, MountError) as error:
            await self._miss("CreateContainerConfigError", "CreateContainerConfigError", str(error))
        return None

    async def _miss(self, first: str, then: str, message: str) -> None:
        """Say what is missing, and wait before the next look."""
        image = self.spec["image"]
        self._wait_as(first, message)
        pull = first == "ErrImagePull"
        text = f'Failed to pull image "{image}": {message}' if pull else f"Error: {message}"
        self._node.warning(self._around.pod, "Failed", text)
        delay = self._back_off.after_failure()
        if pull:
            self._wait_as(then, message)
            self._node.normal(self._around.pod, "BackOff", f'Back-off pulling image "{image}"')
        await self._sleep(delay)

    async def _run_once(self, prepared: Prepared) -> None:
        """Start the process and wait for its end."""
        self._next_run()
        number = self.status["restartCount"]
        self._around.directory.forget_logs(self.name, number - 1)
        try:
            execution = await start(self._around, self.name, prepared, number)
        except OSError as error:
            self._did_not_start(error, prepared)
            return
        self._execution = execution
        self._node.normal(self._around.pod, "Created", f"Created container {self.name}")
        if self._stopping.is_set():
            execution.kill()
        self._started(execution)
        key = (self._around.pod["metadata"]["uid"], self.name)
        self._node.writers[key] = execution.writer
        probing = Probing(self._around, self, prepared)
        try:
            code = await execution.wait()
        finally:
            probing.close()
            self._node.sampler.forget(execution.identity)
            self._node.writers.pop(key, None)
            self._execution = None
        self._ended(execution, code)

    def _next_run(self) -> None:
        """Move the end of the last run to where Kubernetes keeps it."""
        if self.status["state"].get("terminated"):
            self.status["lastState"] = self.status["state"]
        if self.status["lastState"]:
            self.status["restartCount"] += 1

    def _started(self, execution: Execution) -> None:
        limit = memory_limit(self.spec)
        self._node.sampler.watch(execution.identity, limit, self._exceeded)
        waits = self.spec.get("startupProbe"), self.spec.get("readinessProbe")
        self.status |= {
            "state": statuses.running(),
            "started": not waits[0],
            "ready": not any(waits),
            "imageID": self.spec["image"],
        }
        self._node.normal(self._around.pod, "Started", f"Started container {self.name}")
        self._around.changed()

    def _did_not_start(self, error: OSError, prepared: Prepared) -> None:
        program = prepared.launch.argv[0]
        problem = error.strerror or str(error)
        message = f'failed to start: exec: "{program}": {problem}'
        if isinstance(error, FileNotFoundError):
            message = f'failed to start: exec: "{program}": executable file not found in $PATH'
        self.status |= {
            "state": statuses.terminated(START_ERROR, "StartError", message=message),
            "ready": False,
            "started": False,
        }
        self._node.warning(self._around.pod, "Failed", f"Error: {message}")
        self._around.changed()

    def _exceeded(self) -> None:
        """End a container that uses more memory than its limit."""
        execution = self._execution
        if execution and not execution.out_of_memory:
            execution.out_of_memory = True
            execution.kill()
            message = f"Memory limit of container {self.name} exceeded"
            self._node.warning(self._around.pod, "OOMKilling", message)

    def _ended(self, execution: Execution, code: int) -> None:
        started = self.status["state"].get("running", {}).get("startedAt")
        log = self._around.directory.log(self.name, self.status["restartCount"])
        reason, message = describe_end(code, execution.out_of_memory, log)
        self.status |= {
            "state": statuses.terminated(code, reason, message=message, started=started),
            "ready": False,
            "started": False,
        }
        self._around.changed()

    async def _wait_to_restart(self, lasted: float) -> None:
        """Wait as long as the back-off says, and say so."""
        delay = self._back_off.after_run(lasted)
        failed_start = self.status["state"]["terminated"]["reason"] == "StartError"
        ended = self.status["state"]
        if not delay and not failed_start:
            return
        metadata = self._around.pod["metadata"]
        message = (
            f"back-off {delay:g}s restarting failed container={self.name} "
            f"pod={metadata['name']}_{metadata['namespace']}({metadata['uid']})"
        )
        self.status["lastState"] = ended
        if failed_start and not delay:
            self._wait_as("RunContainerError", ended["terminated"]["message"])
            return
        self._wait_as("CrashLoopBackOff", message)
        self._node.warning(
            self._around.pod,
            "BackOff",
            f"Back-off restarting failed container {self.name} in pod {metadata['name']}",
        )
        await self._sleep(delay)

    def _wait_as(self, reason: str, message: str) -> None:
        self.status |= {"state": statuses.waiting(reason, message), "ready": False}
        self._around.changed()

    async def _sleep(self, delay: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), delay)
        except TimeoutError:
            return

    # What probes decide.

    def set_ready(self, ready: bool) -> None:
        """Take the container into or out of Services."""
        if self._execution and self.status["ready"] != ready:
            self.status["ready"] = ready
            self._around.changed()

    def set_started(self) -> None:
        """Note that the startup probe has succeeded."""
        self.status["started"] = True
        if not self.spec.get("readinessProbe"):
            self.status["ready"] = True
        self._around.changed()

    async def restart(self, why: str) -> None:
        """End the process because a probe says so; the restart policy does the rest."""
        execution = self._execution
        if execution is None:
            return
        message = f"Container {self.name} failed {why} probe, will be restarted"
        self._node.normal(self._around.pod, "Killing", message)
        await execution.stop(self._around.pod["spec"].get("terminationGracePeriodSeconds", 30))
