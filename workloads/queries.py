"""What pages and API read of workloads: rows from the database, objects from the cluster cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Case, CharField, QuerySet, Value, When

from console.cluster.cache import cache
from console.cluster.connect import cluster
from console.cluster.objects import Manifest, Pod
from console.cluster.protocol import LogLine
from console.errors import NotFound
from tenants.models import Tenant, User
from tenants.storage.models import Volume
from workloads.kinds import pods as pod_reports
from workloads.kinds.observed import Events, Word, moment
from workloads.kinds.parts import ATTEMPT, KIND, NAME
from workloads.models import TROUBLED, App, Job, Revision
from workloads.sync import intent, look

MAX_TAIL = 10_000
_CLASSES: dict[str, type[App] | type[Job]] = {"app": App, "job": Job}


@dataclass(frozen=True, slots=True)
class PodView:
    """One replica or worker, for tables and the API."""

    name: str
    kind: str
    workload: str
    state: Word
    reason: str
    message: str
    ready: bool
    restarts: int
    exit_code: int | None
    created_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    node: str
    attempt: int
    revision_is_current: bool = True


@dataclass(frozen=True, slots=True)
class EventView:
    """One thing that the cluster said about an object of a workload."""

    type: str
    reason: str
    message: str
    count: int
    first_at: datetime | None
    last_at: datetime | None
    object: str


def apps_of(user: Any, tenant: Tenant) -> QuerySet[App]:
    """Return the Apps of a tenant that a user may see."""
    return App.objects.visible_to(user).filter(tenant=tenant)


def jobs_of(user: Any, tenant: Tenant) -> QuerySet[Job]:
    """Return the Jobs of a tenant that a user may see."""
    return Job.objects.visible_to(user).filter(tenant=tenant)


def with_mine(rows: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Return rows with the annotation that the tables' filter `mine` reads."""
    mine = When(created_by=user.username, then=Value("yes"))
    marked: QuerySet[Any] = rows.annotate(
        mine=Case(mine, default=Value(""), output_field=CharField())
    )
    return marked


def app_for(user: Any, tenant: Tenant, name: str) -> App:
    """Return one App. Raises NotFound."""
    app: App = _one(apps_of(user, tenant), name, "App")
    return app


def job_for(user: Any, tenant: Tenant, name: str) -> Job:
    """Return one Job. Raises NotFound."""
    job: Job = _one(jobs_of(user, tenant), name, "Job")
    return job


def workload_for(user: Any, tenant: Tenant, kind: str, name: str) -> App | Job:
    """Return one App or Job. Raises NotFound, also for a kind that there is not."""
    if kind not in _CLASSES:
        raise NotFound(f"There is no kind “{kind[:20]}”; use app or job.")
    return app_for(user, tenant, name) if kind == "app" else job_for(user, tenant, name)


def _one(rows: QuerySet[Any], name: str, noun: str) -> Any:
    row = (
        rows.filter(name=name[:100]).select_related("tenant").first() if "\0" not in name else None
    )
    if row is None:
        raise NotFound(f"There is no {noun} “{name[:40]}” here.")
    return row


def revisions_of(app: App) -> QuerySet[Revision]:
    """Return the revisions of an App, the newest first."""
    return Revision.objects.filter(app=app)


def recent_failures(tenant: Tenant, limit: int = 5) -> list[App | Job]:
    """Return what is not well, what changed last first."""
    found = [
        row
        for model in _CLASSES.values()
        for row in model.objects.filter(tenant=tenant, state__in=TROUBLED)
        .exclude(message="")
        .select_related("tenant")
        .order_by("-state_since")[:limit]
    ]
    return sorted(found, key=lambda row: row.state_since, reverse=True)[:limit]


def pods_of(workload: App | Job) -> list[PodView]:
    """Return the replicas or workers of a workload, of all attempts, the newest first."""
    namespace = workload.tenant.namespace
    known = cache()
    events = look.events_in(known, namespace)
    template = intent.template_of(workload) if isinstance(workload, App) else ""
    found = [
        _pod_view(pod, events, template)
        for pod in known.by_label("Pod", namespace, NAME, workload.name)
        if pod.metadata.labels.get(KIND) == workload.kind
    ]
    return sorted(found, key=_age, reverse=True)


def pods_in(tenant: Tenant) -> list[PodView]:
    """Return all pods of a tenant's workloads, by name."""
    known = cache()
    events = look.events_in(known, tenant.namespace)
    return [
        _pod_view(pod, events)
        for pod in known.list("Pod", tenant.namespace)
        if pod.metadata.labels.get(KIND) in _CLASSES
    ]


def pod_in(tenant: Tenant, name: str) -> PodView:
    """Return one pod of a tenant. Raises NotFound."""
    known = cache()
    pod = known.get("Pod", tenant.namespace, name)
    if pod is None or pod.metadata.labels.get(KIND) not in _CLASSES:
        raise NotFound(f"There is no pod “{name[:80]}” here.")
    return _pod_view(pod, look.events_in(known, tenant.namespace))


def _pod_view(pod: Pod, events: Events, template: str = "") -> PodView:
    told = pod_reports.report(pod, events)
    labels = pod.metadata.labels
    attempt = labels.get(ATTEMPT, "")
    return PodView(
        name=told.name,
        kind=labels.get(KIND, ""),
        workload=labels.get(NAME, ""),
        state=told.state,
        reason=told.reason,
        message=told.message,
        ready=told.ready,
        restarts=told.restarts,
        exit_code=told.exit_code,
        created_at=told.created_at,
        started_at=told.started_at,
        finished_at=told.finished_at,
        node=told.node,
        attempt=int(attempt) if attempt.isdigit() else 0,
        revision_is_current=not template or told.template == template,
    )


def _age(pod: PodView) -> tuple[float, str]:
    return (pod.created_at.timestamp() if pod.created_at else 0.0, pod.name)


def events_of(workload: App | Job) -> list[EventView]:
    """Return what the cluster said about a workload and its pods lately, the newest first."""
    known, namespace = cache(), workload.tenant.namespace
    mine = {(intent.MAIN_KIND[workload.kind], workload.name)}
    for kind in ("Pod", "ReplicaSet"):
        for item in known.by_label(kind, namespace, NAME, workload.name):
            if item.metadata.labels.get(KIND) == workload.kind:
                mine.add((kind, item.metadata.name))
    events = look.events_in(known, namespace)
    found = [
        EventView(
            type=event.type,
            reason=event.reason,
            message=event.message,
            count=event.count,
            first_at=moment(event.first_timestamp),
            last_at=moment(event.last_timestamp or event.metadata.creation_timestamp),
            object=f"{kind} {name}",
        )
        for kind, name in mine
        for event in events.get((kind, name), ())
    ]
    return sorted(
        found, key=lambda one: one.last_at.timestamp() if one.last_at else 0, reverse=True
    )


def manifests_of(workload: App | Job) -> list[Manifest]:
    """Return the exact manifests that the console applies."""
    return intent.manifests_of(workload)


def manifests_text(workload: App | Job) -> str:
    """Return the manifests as one List that `kubectl apply -f -` takes."""
    listed = {"apiVersion": "v1", "kind": "List", "items": manifests_of(workload)}
    return msgspec.json.format(msgspec.json.encode(listed), indent=2).decode()


def log_of(
    tenant: Tenant,
    pod: str,
    *,
    container: str = "",
    previous: bool = False,
    tail: int | None = None,
    since: datetime | None = None,
    follow: bool = False,
    timeout: float = 30.0,
) -> Iterator[LogLine]:
    """Yield lines of a pod of a tenant's workloads. Raises NotFound before the first line."""
    name = pod_in(tenant, pod).name
    return cluster().read_log(
        tenant.namespace,
        name,
        container=container,
        previous=previous,
        tail_lines=None if tail is None else max(0, min(tail, MAX_TAIL)),
        since=since,
        follow=follow,
        timeout=timeout,
    )


def mounting(volume: Volume) -> list[str]:
    """Return who mounts a volume, one phrase each: it can't be deleted meanwhile."""
    return mounts(volume.tenant).get(volume.name, [])


def mounts(tenant: Tenant) -> dict[str, list[str]]:
    """Return who mounts each volume of a tenant, by the volume's name; a query a kind."""
    found: dict[str, list[str]] = {}
    for noun, model in (("App", App), ("Job", Job)):
        rows = model.objects.filter(tenant=tenant, spec__has_key="mounts")
        for name, spec in rows.values_list("name", "spec"):
            for volume in dict.fromkeys(mount.get("volume") for mount in spec["mounts"]):
                found.setdefault(volume, []).append(f"{noun} “{name}”")
    return found
