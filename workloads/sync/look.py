"""Finds the objects of a workload in the cluster cache."""

from __future__ import annotations

from collections import defaultdict

from console.cluster import objects
from console.cluster.cache import ClusterCache
from console.cluster.objects import Event, Pod
from workloads.kinds.observed import Events
from workloads.kinds.parts import ATTEMPT, KIND, NAME
from workloads.models import App, Job
from workloads.sync.intent import MAIN_KIND

_indexed: dict[str, tuple[tuple[Event, ...], Events]] = {}


def pods_of(known: ClusterCache, row: App | Job) -> list[Pod]:
    """Return the pods of a workload, of a Job those of its latest attempt."""
    found = known.by_label("Pod", row.tenant.namespace, NAME, row.name)
    pods = [pod for pod in found if pod.metadata.labels.get(KIND) == row.kind]
    if isinstance(row, Job):
        attempt = str(row.attempt)
        pods = [pod for pod in pods if pod.metadata.labels.get(ATTEMPT, attempt) == attempt]
    return pods


def job_of(known: ClusterCache, row: Job) -> objects.Job | None:
    """Return the batch Job of the latest attempt."""
    job: objects.Job | None = known.get("Job", row.tenant.namespace, row.name)
    if job is None or job.metadata.labels.get(ATTEMPT) != str(row.attempt):
        return None
    return job


def traces(known: ClusterCache, row: App | Job) -> bool:
    """Return whether anything of a workload is left, older attempts too."""
    namespace = row.tenant.namespace
    if known.get(MAIN_KIND[row.kind], namespace, row.name) is not None:
        return True
    pods = known.by_label("Pod", namespace, NAME, row.name)
    return any(pod.metadata.labels.get(KIND) == row.kind for pod in pods)


def events_in(known: ClusterCache, namespace: str) -> Events:
    """Return the events of a Namespace by their object; built once a change, not once a row."""
    listed = known.list("Event", namespace)
    before = _indexed.get(namespace)
    if before is not None and before[0] is listed:
        return before[1]
    index: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in sorted(listed, key=_when):
        index[event.involved_object.kind, event.involved_object.name].append(event)
    if len(_indexed) > 1_000:
        _indexed.clear()
    _indexed[namespace] = (listed, dict(index))
    return index


def _when(event: Event) -> str:
    return event.last_timestamp or event.first_timestamp or event.metadata.creation_timestamp
