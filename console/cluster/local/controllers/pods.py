"""How controllers make and unmake pods."""

from __future__ import annotations

from collections.abc import Mapping

from console.cluster.errors import Refused
from console.cluster.local.deletion import begin
from console.cluster.local.events import EventRecorder
from console.cluster.local.meta import clone, is_leaving, owner_reference, suffix
from console.cluster.local.store import Store
from console.cluster.objects import Manifest


def create_pod(
    store: Store,
    events: EventRecorder,
    owner: Manifest,
    *,
    stem: str = "",
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
) -> Manifest:
    """Create a pod of an owner's template. Raises Refused when its Namespace goes away."""
    namespace = owner["metadata"]["namespace"]
    space = store.get("Namespace", "", namespace)
    if space is None or is_leaving(space):
        raise Refused(f"Namespace “{namespace}” is being deleted.")
    pod = store.create(_pod(owner, stem, labels or {}, annotations or {}, env or {}))
    message = f"Created pod: {pod['metadata']['name']}"
    events.normal(owner, "SuccessfulCreate", message, _component(owner))
    return pod


def delete_pod(store: Store, events: EventRecorder, owner: Manifest, pod: Manifest) -> None:
    """Begin to delete a pod of an owner."""
    if is_leaving(pod):
        return
    begin(store, pod)
    message = f"Deleted pod: {pod['metadata']['name']}"
    events.normal(owner, "SuccessfulDelete", message, _component(owner))


def _component(owner: Manifest) -> str:
    return f"{owner['kind'].lower()}-controller"


def _pod(
    owner: Manifest,
    stem: str,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
    env: Mapping[str, str],
) -> Manifest:
    template = clone(owner["spec"]["template"])
    metadata = template.get("metadata") or {}
    stem = stem or owner["metadata"]["name"]
    spec = template["spec"]
    for container in [*spec["containers"], *(spec.get("initContainers") or ())]:
        if env:
            own = [{"name": name, "value": value} for name, value in env.items()]
            container["env"] = [*(container.get("env") or ()), *own]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{stem[:57]}-{suffix()}",
            "namespace": owner["metadata"]["namespace"],
            "labels": {**(metadata.get("labels") or {}), **labels},
            "annotations": {**(metadata.get("annotations") or {}), **annotations},
            "ownerReferences": [owner_reference(owner)],
        },
        "spec": spec,
        "status": {"phase": "Pending"},
    }
