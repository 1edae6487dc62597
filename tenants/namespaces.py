"""What a tenant is on the cluster: a Namespace with its quota and the defaults of its containers.

Pure. The ResourceQuota repeats the console's own check, so that nothing beside it can exceed it.
"""

from __future__ import annotations

from typing import Any

from console.cluster.objects import Manifest
from console.quantities import cpu_quantity, memory_quantity

MANAGED_BY = "app.kubernetes.io/managed-by"
TENANT = "moonbase.dev/tenant"
MOST_VOLUMES = 100
DEFAULT_CPU = "500m"
DEFAULT_MEMORY = "512Mi"


def namespace(*, slug: str, name: str, title: str) -> Manifest:
    """Return the Namespace; containers may not be privileged or use the node's own things."""
    metadata: dict[str, Any] = {
        "name": name,
        "labels": _labels(slug) | {"pod-security.kubernetes.io/enforce": "baseline"},
    }
    if title:
        metadata["annotations"] = {"moonbase.dev/title": title}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def resource_quota(
    *,
    slug: str,
    name: str,
    cpu_milli: int,
    memory_bytes: int,
    gpu_count: int,
    pod_count: int,
    storage_bytes: int,
) -> Manifest:
    """Return the ResourceQuota of a Namespace."""
    hard = {
        "requests.cpu": cpu_quantity(cpu_milli),
        "requests.memory": memory_quantity(memory_bytes),
        "limits.memory": memory_quantity(memory_bytes),
        "requests.nvidia.com/gpu": str(gpu_count),
        "pods": str(pod_count),
        "requests.storage": memory_quantity(storage_bytes),
        "persistentvolumeclaims": str(MOST_VOLUMES),
    }
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "tenant", "namespace": name, "labels": _labels(slug)},
        "spec": {"hard": hard},
    }


def limit_range(*, slug: str, name: str) -> Manifest:
    """Return the LimitRange that gives a container without resources the console's defaults."""
    amounts = {"cpu": DEFAULT_CPU, "memory": DEFAULT_MEMORY}
    limits = {"type": "Container", "defaultRequest": amounts, "default": amounts}
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "tenant", "namespace": name, "labels": _labels(slug)},
        "spec": {"limits": [limits]},
    }


def _labels(slug: str) -> dict[str, str]:
    return {MANAGED_BY: "moonbase", TENANT: slug}
