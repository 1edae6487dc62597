"""What the manifests of all kinds share: labels, the pod template, a digest of what is wanted.

Pure. Compared whole in tests/workloads/kinds/test_manifests.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.cluster.objects import Manifest
from console.quantities import parse_memory
from workloads.kinds.spec import Gpu, Mount, Resources, Spec

DIGEST = "moonbase.dev/intent"
"""Annotation of the Deployment or Job: a digest of all manifests, by which drift is seen."""

TEMPLATE = "moonbase.dev/template"
"""Annotation of an App's pods: a digest of their template, by which old pods are told from new."""

RESTARTED_AT = "moonbase.dev/restarted-at"
ATTEMPT = "moonbase.dev/attempt"
NAME = "moonbase.dev/name"
KIND = "moonbase.dev/kind"

# Jobs and Apps of a tenant share volumes, so their files must belong to one user.
_USER = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Whose workload it is and where its objects live."""

    tenant: str
    namespace: str


def labels(kind: str, name: str, place: Place) -> dict[str, str]:
    """Return the labels of every object of a workload."""
    return {
        "app.kubernetes.io/managed-by": "moonbase",
        "moonbase.dev/tenant": place.tenant,
        KIND: kind,
        NAME: name,
    }


def metadata(
    name: str,
    place: Place,
    own_labels: Mapping[str, str],
    annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the metadata of an object of the console's."""
    data: dict[str, Any] = {"name": name, "namespace": place.namespace, "labels": dict(own_labels)}
    if annotations:
        data["annotations"] = dict(annotations)
    return data


def digest(value: object) -> str:
    """Return 16 characters that stand for a JSON value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sealed(manifests: Sequence[Manifest], value: str = "") -> list[Manifest]:
    """Return the manifests with a digest, by default of all of them, on the first."""
    first, *rest = manifests
    annotations = first["metadata"].get("annotations", {}) | {
        DIGEST: value or digest(list(manifests))
    }
    return [first | {"metadata": first["metadata"] | {"annotations": annotations}}, *rest]


def pod_spec(spec: Spec, env: Sequence[Manifest], **container: Any) -> Manifest:
    """Return the spec of a pod with one container; `container` adds ports and probes."""
    pod: Manifest = {
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(spec, env, **container)],
    }
    if spec.mounts:
        names = dict.fromkeys(mount.volume for mount in spec.mounts)
        pod["volumes"] = [
            {"name": claim(name), "persistentVolumeClaim": {"claimName": claim(name)}}
            for name in names
        ]
    return pod | _placement(spec.resources.gpu)


def claim(volume: str) -> str:
    """Return the name of the PersistentVolumeClaim of a volume."""
    return f"volume-{volume}"


def env_list(env: Mapping[str, str]) -> list[Manifest]:
    """Return environment variables as Kubernetes lists them, in the user's order."""
    return [{"name": name, "value": value} for name, value in env.items()]


def _container(spec: Spec, env: Sequence[Manifest], **more: Any) -> Manifest:
    optional = {
        "command": list(spec.command),
        "args": list(spec.args),
        "env": list(env),
        "volumeMounts": [_volume_mount(mount) for mount in spec.mounts],
    }
    amounts = _amounts(spec.resources)
    return {
        "name": "main",
        "image": spec.image,
        **{key: value for key, value in optional.items() if value},
        "resources": {"requests": amounts, "limits": amounts},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        # Puts the last lines of a crash into the pod's status, where the console reads why.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        **more,
    }


def _volume_mount(mount: Mount) -> Manifest:
    return {"name": claim(mount.volume), "mountPath": mount.path}


def _amounts(resources: Resources) -> dict[str, str]:
    amounts = {"cpu": resources.cpu, "memory": resources.memory}
    if resources.gpu.count:
        amounts["nvidia.com/gpu"] = str(resources.gpu.count)
    return amounts


def _placement(gpu: Gpu) -> Manifest:
    """Return what keeps a pod on nodes with the wanted GPU, by the labels of GPU discovery."""
    placement: Manifest = {}
    if gpu.count and gpu.model:
        placement["nodeSelector"] = {"nvidia.com/gpu.product": gpu.model}
    if gpu.count and gpu.memory:
        # The label counts MiB, and there is no "at least" among the operators.
        more_than = str(-(-parse_memory(gpu.memory) // 2**20) - 1)
        term = {"key": "nvidia.com/gpu.memory", "operator": "Gt", "values": [more_than]}
        placement["affinity"] = {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{"matchExpressions": [term]}]
                }
            }
        }
    return placement
