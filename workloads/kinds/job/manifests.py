"""The Kubernetes objects of a Job: one batch Job. Pure."""

from __future__ import annotations

from typing import Any

from console.cluster.objects import Manifest
from workloads.kinds import parts
from workloads.kinds.parts import Place
from workloads.kinds.spec import JobSpec

_INDEX = "metadata.annotations['batch.kubernetes.io/job-completion-index']"


def manifests(spec: JobSpec, *, place: Place, attempt: int = 1) -> list[Manifest]:
    """Return everything that has to exist for one attempt of a Job."""
    own = parts.labels("job", spec.name, place) | {parts.ATTEMPT: str(attempt)}
    job: Manifest = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": parts.metadata(spec.name, place, own),
        "spec": _job_spec(spec, own),
    }
    return parts.sealed([job])


def _job_spec(spec: JobSpec, own: dict[str, str]) -> dict[str, Any]:
    job: dict[str, Any] = {
        "backoffLimit": spec.retries,
        "completions": spec.workers,
        "parallelism": spec.workers,
        "template": {"metadata": {"labels": own}, "spec": _pod(spec)},
    }
    if spec.workers > 1:
        job["completionMode"] = "Indexed"
    if spec.timeout:
        job["activeDeadlineSeconds"] = spec.timeout
    return job


def _pod(spec: JobSpec) -> Manifest:
    pod = parts.pod_spec(spec, [*parts.env_list(spec.env), *_ranks(spec)])
    pod["restartPolicy"] = "Never"
    # "normal" is whatever the cluster's default is, so that a plain cluster needs no classes.
    if spec.priority != "normal":
        pod["priorityClassName"] = f"moonbase-{spec.priority}"
    return pod


def _ranks(spec: JobSpec) -> list[Manifest]:
    """Return how a worker learns which of how many it is."""
    if spec.workers == 1:
        return []
    return [
        {"name": "WORKERS", "value": str(spec.workers)},
        {"name": "RANK", "valueFrom": {"fieldRef": {"fieldPath": _INDEX}}},
    ]
