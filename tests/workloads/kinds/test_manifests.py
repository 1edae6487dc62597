"""Every manifest, compared whole."""

from __future__ import annotations

from typing import Any

from workloads.kinds.app import manifests as app_manifests
from workloads.kinds.app.manifests import Intent
from workloads.kinds.job import manifests as job_manifests
from workloads.kinds.parts import DIGEST, Place
from workloads.kinds.spec import (
    AppSpec,
    Autoscale,
    Expose,
    Gpu,
    Health,
    JobSpec,
    Mount,
    Resources,
)

PLACE = Place("team-a", "tenant-team-a")
POD_SECURITY = {
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "runAsGroup": 1000,
    "fsGroup": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
}


def labels(kind: str, name: str, **more: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/managed-by": "moonbase",
        "moonbase.dev/tenant": "team-a",
        "moonbase.dev/kind": kind,
        "moonbase.dev/name": name,
        **more,
    }


def unsealed(manifest: dict[str, Any]) -> dict[str, Any]:
    """Take the digest off, which has tests of its own."""
    metadata = dict(manifest["metadata"])
    annotations = {k: v for k, v in metadata.pop("annotations").items() if k != DIGEST}
    if annotations:
        metadata["annotations"] = annotations
    return manifest | {"metadata": metadata}


def test_a_plain_job() -> None:
    spec = JobSpec(name="train", image="moonbase/digits:1", command=("python", "train.py"))
    (job,) = job_manifests.manifests(spec, place=PLACE)
    amounts = {"cpu": "500m", "memory": "512Mi"}
    own = labels("job", "train", **{"moonbase.dev/attempt": "1"})
    assert unsealed(job) == {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "train", "namespace": "tenant-team-a", "labels": own},
        "spec": {
            "backoffLimit": 0,
            "completions": 1,
            "parallelism": 1,
            "template": {
                "metadata": {"labels": own},
                "spec": {
                    "automountServiceAccountToken": False,
                    "securityContext": POD_SECURITY,
                    "restartPolicy": "Never",
                    "containers": [
                        {
                            "name": "main",
                            "image": "moonbase/digits:1",
                            "command": ["python", "train.py"],
                            "resources": {"requests": amounts, "limits": amounts},
                            "securityContext": CONTAINER_SECURITY,
                            "terminationMessagePolicy": "FallbackToLogsOnError",
                        }
                    ],
                },
            },
        },
    }


def test_a_job_that_asks_for_everything() -> None:
    spec = JobSpec(
        name="big",
        image="team/train:2",
        args=("--epochs", "5"),
        env={"B": "2", "A": "1"},
        workers=4,
        resources=Resources("2", "4Gi", Gpu(1, "NVIDIA-A100", "40Gi")),
        mounts=(Mount("data", "/data"), Mount("data", "/again"), Mount("out", "/out")),
        retries=2,
        timeout=600,
        priority="high",
    )
    (job,) = job_manifests.manifests(spec, place=PLACE, attempt=3)
    own = labels("job", "big", **{"moonbase.dev/attempt": "3"})
    amounts = {"cpu": "2", "memory": "4Gi", "nvidia.com/gpu": "1"}
    index = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
    memory = {"key": "nvidia.com/gpu.memory", "operator": "Gt", "values": ["40959"]}
    assert unsealed(job)["spec"] == {
        "backoffLimit": 2,
        "completions": 4,
        "parallelism": 4,
        "completionMode": "Indexed",
        "activeDeadlineSeconds": 600,
        "template": {
            "metadata": {"labels": own},
            "spec": {
                "automountServiceAccountToken": False,
                "securityContext": POD_SECURITY,
                "restartPolicy": "Never",
                "priorityClassName": "moonbase-high",
                "nodeSelector": {"nvidia.com/gpu.product": "NVIDIA-A100"},
                "affinity": {
                    "nodeAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": {
                            "nodeSelectorTerms": [{"matchExpressions": [memory]}]
                        }
                    }
                },
                "volumes": [
                    {"name": "volume-data", "persistentVolumeClaim": {"claimName": "volume-data"}},
                    {"name": "volume-out", "persistentVolumeClaim": {"claimName": "volume-out"}},
                ],
                "containers": [
                    {
                        "name": "main",
                        "image": "team/train:2",
                        "args": ["--epochs", "5"],
                        "env": [
                            {"name": "B", "value": "2"},
                            {"name": "A", "value": "1"},
                            {"name": "WORKERS", "value": "4"},
                            {"name": "RANK", "valueFrom": {"fieldRef": {"fieldPath": index}}},
                        ],
                        "volumeMounts": [
                            {"name": "volume-data", "mountPath": "/data"},
                            {"name": "volume-data", "mountPath": "/again"},
                            {"name": "volume-out", "mountPath": "/out"},
                        ],
                        "resources": {"requests": amounts, "limits": amounts},
                        "securityContext": CONTAINER_SECURITY,
                        "terminationMessagePolicy": "FallbackToLogsOnError",
                    }
                ],
            },
        },
    }


def test_a_plain_app() -> None:
    spec = AppSpec(name="web", image="team/web:1", replicas=2)
    deployment, service = app_manifests.manifests(spec, place=PLACE, intent=Intent(revision=7))
    own = labels("app", "web")
    selector = {"moonbase.dev/kind": "app", "moonbase.dev/name": "web"}
    amounts = {"cpu": "500m", "memory": "512Mi"}
    digest = app_manifests.template_digest(spec, place=PLACE)
    assert unsealed(deployment) == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "web",
            "namespace": "tenant-team-a",
            "labels": own,
            "annotations": {"moonbase.dev/revision": "7"},
        },
        "spec": {
            "replicas": 2,
            "revisionHistoryLimit": 3,
            "selector": {"matchLabels": selector},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
            },
            "template": {
                "metadata": {"labels": own, "annotations": {"moonbase.dev/template": digest}},
                "spec": {
                    "automountServiceAccountToken": False,
                    "securityContext": POD_SECURITY,
                    "containers": [
                        {
                            "name": "main",
                            "image": "team/web:1",
                            "env": [{"name": "PORT", "value": "8080"}],
                            "resources": {"requests": amounts, "limits": amounts},
                            "securityContext": CONTAINER_SECURITY,
                            "terminationMessagePolicy": "FallbackToLogsOnError",
                            "ports": [{"name": "http", "containerPort": 8080}],
                            "readinessProbe": {"tcpSocket": {"port": "http"}, "periodSeconds": 2},
                        }
                    ],
                },
            },
        },
    }
    assert service == {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "tenant-team-a", "labels": own},
        "spec": {
            "selector": selector,
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
        },
    }


def test_what_an_app_adds_when_asked() -> None:
    spec = AppSpec(
        name="web",
        image="team/web:1",
        autoscale=Autoscale(2, 6, 70),
        expose=Expose("web.example.org", "/v1"),
        health=Health("/healthz"),
    )
    deployment, _, ingress, scaler = app_manifests.manifests(
        spec, place=PLACE, intent=Intent(restarted_at="2026-01-02T03:04:05Z", running=4)
    )
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    check = {"path": "/healthz", "port": "http"}
    assert deployment["spec"]["replicas"] == 4
    assert container["readinessProbe"] == {
        "httpGet": check,
        "periodSeconds": 2,
        "timeoutSeconds": 3,
    }
    assert container["livenessProbe"] == {
        "httpGet": check,
        "initialDelaySeconds": 120,
        "periodSeconds": 10,
        "timeoutSeconds": 5,
        "failureThreshold": 6,
    }
    annotations = deployment["spec"]["template"]["metadata"]["annotations"]
    assert annotations["moonbase.dev/restarted-at"] == "2026-01-02T03:04:05Z"
    metadata = {"name": "web", "namespace": "tenant-team-a", "labels": labels("app", "web")}
    backend = {"service": {"name": "web", "port": {"name": "http"}}}
    assert ingress == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata,
        "spec": {
            "rules": [
                {
                    "host": "web.example.org",
                    "http": {"paths": [{"path": "/v1", "pathType": "Prefix", "backend": backend}]},
                }
            ]
        },
    }
    assert scaler == {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata,
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 2,
            "maxReplicas": 6,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": "cpu",
                        "target": {"type": "Utilization", "averageUtilization": 70},
                    },
                }
            ],
        },
    }


def test_an_ingress_for_every_host_names_none() -> None:
    spec = AppSpec(name="web", image="i", expose=Expose(path="/web"))
    ingress = app_manifests.manifests(spec, place=PLACE)[2]
    assert "host" not in ingress["spec"]["rules"][0]


def test_a_stopped_app_keeps_its_address_and_asks_for_nothing() -> None:
    spec = AppSpec(name="web", image="i", autoscale=Autoscale(2, 6))
    found = app_manifests.manifests(spec, place=PLACE, intent=Intent(stopped=True, running=4))
    assert [manifest["kind"] for manifest in found] == ["Deployment", "Service"]
    assert found[0]["spec"]["replicas"] == 0


def test_the_digest_follows_what_is_wanted() -> None:
    def digest(replicas: int, host: str) -> str:
        spec = AppSpec(name="web", image="i", replicas=replicas, expose=Expose(host))
        found = app_manifests.manifests(spec, place=PLACE)
        return str(found[0]["metadata"]["annotations"][DIGEST])

    assert digest(1, "a.b") == digest(1, "a.b")
    assert len({digest(1, "a.b"), digest(2, "a.b"), digest(1, "c.d")}) == 3


def test_only_what_is_in_the_pods_makes_pods_new() -> None:
    one = AppSpec(name="web", image="i", replicas=1)
    more = AppSpec(name="web", image="i", replicas=3, expose=Expose("a.b"))
    other = AppSpec(name="web", image="j")
    digests = [app_manifests.template_digest(spec, place=PLACE) for spec in (one, more, other)]
    assert digests[0] == digests[1] != digests[2]
    assert app_manifests.template_digest(one, place=PLACE, restarted_at="x") != digests[0]
