"""The manifests of a tenant, whole."""

from __future__ import annotations

from tenants import namespaces

LABELS = {"app.kubernetes.io/managed-by": "moonbase", "moonbase.dev/tenant": "team-a"}


def test_namespace() -> None:
    assert namespaces.namespace(slug="team-a", name="tenant-team-a", title="Team A") == {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": "tenant-team-a",
            "labels": LABELS | {"pod-security.kubernetes.io/enforce": "baseline"},
            "annotations": {"moonbase.dev/title": "Team A"},
        },
    }


def test_namespace_without_a_title_has_no_annotation() -> None:
    manifest = namespaces.namespace(slug="team-a", name="tenant-team-a", title="")
    assert "annotations" not in manifest["metadata"]


def test_resource_quota() -> None:
    manifest = namespaces.resource_quota(
        slug="team-a",
        name="tenant-team-a",
        cpu_milli=4500,
        memory_bytes=8 * 2**30,
        gpu_count=1,
        pod_count=7,
        storage_bytes=20 * 2**30,
    )
    assert manifest == {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "tenant", "namespace": "tenant-team-a", "labels": LABELS},
        "spec": {
            "hard": {
                "requests.cpu": "4500m",
                "requests.memory": "8Gi",
                "limits.memory": "8Gi",
                "requests.nvidia.com/gpu": "1",
                "pods": "7",
                "requests.storage": "20Gi",
                "persistentvolumeclaims": "100",
            }
        },
    }


def test_limit_range() -> None:
    amounts = {"cpu": "500m", "memory": "512Mi"}
    assert namespaces.limit_range(slug="team-a", name="tenant-team-a") == {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "tenant", "namespace": "tenant-team-a", "labels": LABELS},
        "spec": {"limits": [{"type": "Container", "defaultRequest": amounts, "default": amounts}]},
    }
