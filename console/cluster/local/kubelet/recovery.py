"""What a restart of the console means for the containers that ran."""

from __future__ import annotations

from console.cluster.local.kubelet.status import terminated
from console.cluster.local.meta import is_finished, name_of, set_condition
from console.cluster.local.store import Store
from console.cluster.objects import Manifest

NODE_RESTARTED = "The console stopped while this container ran."
# As Kubernetes has it when a node went down under a container.
EXIT_CODE = 255


def record_cut_off(store: Store, node: str) -> None:
    """Write down that what ran has ended, before anybody is told otherwise."""
    for pod in store.all("Pod"):
        if pod["spec"].get("nodeName") and not is_finished(pod):
            store.edit("Pod", *name_of(pod), lambda copy: _cut_off(copy, node))


def _cut_off(pod: Manifest, node: str) -> None:
    # The machine may have another name by now; its pods are the same.
    pod["spec"]["nodeName"] = node
    status = pod.setdefault("status", {})
    for field in ("containerStatuses", "initContainerStatuses"):
        for container in status.get(field, ()):
            running = container["state"].get("running")
            if running:
                container["state"] = terminated(
                    EXIT_CODE,
                    "NodeRestarted",
                    message=NODE_RESTARTED,
                    started=running.get("startedAt"),
                )
            container |= {"ready": False, "started": False}
    for condition in ("ContainersReady", "Ready"):
        set_condition(status, condition, False, "NodeRestarted", NODE_RESTARTED)
