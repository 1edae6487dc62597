"""The Kubernetes objects of an App: Deployment, Service, and Ingress or autoscaler on demand.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from console.cluster.objects import Manifest
from workloads.kinds import parts
from workloads.kinds.parts import Place
from workloads.kinds.spec import AppSpec, Autoscale, Expose

OPTIONAL_KINDS = ("Ingress", "HorizontalPodAutoscaler")


@dataclass(frozen=True, slots=True)
class Intent:
    """What the row wants beyond the spec; `running` is how many replicas there are now."""

    revision: int = 1
    stopped: bool = False
    restarted_at: str = ""
    running: int = 0


def manifests(spec: AppSpec, *, place: Place, intent: Intent | None = None) -> list[Manifest]:
    """Return everything that has to exist for an App, the Deployment first."""
    intent = intent or Intent()
    # What an autoscaler chose is not our intent: it must not look like drift.
    wanted = parts.digest(_all(spec, place, replace(intent, running=0)))
    return parts.sealed(_all(spec, place, intent), wanted)


def _all(spec: AppSpec, place: Place, intent: Intent) -> list[Manifest]:
    own = parts.labels("app", spec.name, place)
    found = [_deployment(spec, place, own, intent), _service(spec, place, own)]
    if spec.expose:
        found.append(_ingress(spec, spec.expose, place, own))
    if spec.autoscale and not intent.stopped:
        found.append(_autoscaler(spec, spec.autoscale, place, own))
    return found


def template_digest(spec: AppSpec, *, place: Place, restarted_at: str = "") -> str:
    """Return the value of the TEMPLATE annotation of an App's current pods."""
    return parts.digest([_pod(spec), parts.labels("app", spec.name, place), restarted_at])


def replicas(spec: AppSpec, intent: Intent) -> int:
    """Return how many replicas to ask for; an autoscaler's choice is kept within its bounds."""
    if intent.stopped:
        return 0
    if spec.autoscale is None:
        return spec.replicas
    return min(max(intent.running, spec.autoscale.min), spec.autoscale.max)


def _deployment(spec: AppSpec, place: Place, own: dict[str, str], intent: Intent) -> Manifest:
    wanted = replicas(spec, intent)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": parts.metadata(
            spec.name, place, own, {"moonbase.dev/revision": str(intent.revision)}
        ),
        "spec": {
            "replicas": wanted,
            "revisionHistoryLimit": 3,
            "selector": {"matchLabels": _selector(own)},
            # A revision that can't start must not take the one that serves away.
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
            },
            "template": _template(spec, place, own, intent),
        },
    }


def _template(spec: AppSpec, place: Place, own: dict[str, str], intent: Intent) -> Manifest:
    digest = template_digest(spec, place=place, restarted_at=intent.restarted_at)
    annotations = {parts.TEMPLATE: digest}
    if intent.restarted_at:
        annotations[parts.RESTARTED_AT] = intent.restarted_at
    return {"metadata": {"labels": own, "annotations": annotations}, "spec": _pod(spec)}


def _selector(own: dict[str, str]) -> dict[str, str]:
    return {key: own[key] for key in (parts.KIND, parts.NAME)}


def _pod(spec: AppSpec) -> Manifest:
    env = [{"name": "PORT", "value": str(spec.port)}, *parts.env_list(spec.env)]
    ports = [{"name": "http", "containerPort": spec.port}]
    return parts.pod_spec(spec, env, ports=ports, **_probes(spec))


def _probes(spec: AppSpec) -> dict[str, Any]:
    if spec.health is None:
        return {"readinessProbe": {"tcpSocket": {"port": "http"}, "periodSeconds": 2}}
    check = {"path": spec.health.path, "port": "http"}
    return {
        "readinessProbe": {"httpGet": check, "periodSeconds": 2, "timeoutSeconds": 3},
        # Slower to judge than readiness: a busy replica should lose traffic before its life,
        # and one that loads a large model has two minutes for it.
        "livenessProbe": {
            "httpGet": check,
            "initialDelaySeconds": 120,
            "periodSeconds": 10,
            "timeoutSeconds": 5,
            "failureThreshold": 6,
        },
    }


def _service(spec: AppSpec, place: Place, own: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": parts.metadata(spec.name, place, own),
        "spec": {
            "selector": _selector(own),
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
        },
    }


def _ingress(spec: AppSpec, expose: Expose, place: Place, own: dict[str, str]) -> Manifest:
    backend = {"service": {"name": spec.name, "port": {"name": "http"}}}
    rule: Manifest = {
        "http": {"paths": [{"path": expose.path, "pathType": "Prefix", "backend": backend}]}
    }
    if expose.host:
        rule["host"] = expose.host
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": parts.metadata(spec.name, place, own),
        "spec": {"rules": [rule]},
    }


def _autoscaler(spec: AppSpec, scale: Autoscale, place: Place, own: dict[str, str]) -> Manifest:
    target = {"type": "Utilization", "averageUtilization": scale.cpu}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": parts.metadata(spec.name, place, own),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": spec.name},
            "minReplicas": scale.min,
            "maxReplicas": scale.max,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        },
    }
