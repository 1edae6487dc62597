"""Runs the pods that are given to this node, and takes away those that are deleted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

from console.cluster.local.controllers.base import Place
from console.cluster.local.kubelet.node import Node
from console.cluster.local.kubelet.pod import PodRun
from console.cluster.local.kubelet.volumes import PodDirectory
from console.cluster.local.meta import is_finished, is_leaving, name_of
from console.cluster.local.store import Stored
from console.cluster.objects import Manifest

log = logging.getLogger(__name__)


class Kubelet:
    """One task a pod, all in the cluster's loop."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._runs: dict[str, PodRun] = {}
        self._graces: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def interested(self, change: Stored) -> Iterable[Place]:
        """Look at the pods of this node."""
        manifest = change.manifest
        if manifest["kind"] != "Pod" or manifest["spec"].get("nodeName") != self._node.name:
            return []
        return [name_of(manifest)]

    def reconcile(self, namespace: str, name: str) -> float | None:
        """Start a pod, or end it."""
        pod = self._node.store.get("Pod", namespace, name)
        if pod is None or self._closing or pod["spec"].get("nodeName") != self._node.name:
            return None
        run = self._runs.get(pod["metadata"]["uid"])
        if is_leaving(pod):
            self._end(pod, run)
        elif run is None and not is_finished(pod):
            run = PodRun(self._node, pod)
            self._runs[pod["metadata"]["uid"]] = run
            self._spawn(self._keep(pod, run))
        return None

    async def close(self, grace: float) -> None:
        """End all pods without deleting them; they go on at the next start."""
        self._closing = self._node.closing = True
        await asyncio.gather(*(run.stop(grace) for run in self._runs.values()))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace + 5)

    def _end(self, pod: Manifest, run: PodRun | None) -> None:
        uid = pod["metadata"]["uid"]
        grace = int(pod["metadata"].get("deletionGracePeriodSeconds", 30))
        if run is None:
            if uid not in self._graces:
                self._graces[uid] = grace
                self._spawn(self._remove(pod))
        elif uid not in self._graces or grace < self._graces[uid]:
            self._graces[uid] = grace
            self._spawn(run.stop(grace))

    async def _keep(self, pod: Manifest, run: PodRun) -> None:
        """Run a pod, and take it away if it was to be deleted."""
        uid = pod["metadata"]["uid"]
        try:
            await run.run()
        except Exception:
            log.exception("pod %s/%s failed in the console", *name_of(pod))
        finally:
            self._runs.pop(uid, None)
        found = self._node.store.get("Pod", *name_of(pod))
        if found and found["metadata"]["uid"] == uid and is_leaving(found) and not self._closing:
            self._graces.setdefault(uid, 0)
            await self._remove(found)

    async def _remove(self, pod: Manifest) -> None:
        directory = PodDirectory(self._node.root, self._node.claims, pod)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._node.executor, directory.remove)
        self._graces.pop(pod["metadata"]["uid"], None)
        self._node.store.remove("Pod", *name_of(pod), uid=pod["metadata"]["uid"])

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
