"""What a volume is on the cluster: a PersistentVolumeClaim that many pods mount. Pure."""

from __future__ import annotations

from console.cluster.objects import Manifest
from console.quantities import memory_quantity
from tenants.namespaces import MANAGED_BY, TENANT


def claim(*, slug: str, namespace: str, name: str, claim_name: str, size_bytes: int) -> Manifest:
    """Return the claim of a volume; its StorageClass is the cluster's default."""
    labels = {
        MANAGED_BY: "moonbase",
        TENANT: slug,
        "moonbase.dev/kind": "volume",
        "moonbase.dev/name": name,
    }
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": claim_name, "namespace": namespace, "labels": labels},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": memory_quantity(size_bytes)}},
        },
    }
