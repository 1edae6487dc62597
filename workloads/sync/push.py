"""Makes the cluster agree with one row: idempotent, level-triggered, failure kept on the row."""

from __future__ import annotations

import logging
import threading

from django.utils import timezone

from console.cluster.connect import cluster
from console.cluster.errors import NotFound
from console.cluster.objects import Manifest
from console.cluster.protocol import CONSOLE, Actor, Ref
from console.errors import ConsoleError, trimmed
from console.realtime.publish import publish
from console.web.events import Event
from workloads.kinds.app.manifests import OPTIONAL_KINDS
from workloads.kinds.job.state import interrupted
from workloads.kinds.parts import ATTEMPT
from workloads.kinds.spec import app_spec
from workloads.models import FINISHED, App, Job
from workloads.sync.intent import manifests_of

log = logging.getLogger(__name__)

# Reading the row and applying it must not be overtaken by an older reading of the same row.
_locks = [threading.Lock() for _ in range(64)]


def push(workload: App | Job, *, actor: Actor = CONSOLE) -> ConsoleError | None:
    """Make the cluster agree with the row as it is in the database now; return what hindered it."""
    with _locks[hash((workload.kind, workload.pk)) % len(_locks)]:
        row = type(workload).objects.select_related("tenant").filter(pk=workload.pk).first()
        if row is None:
            return None
        failure: ConsoleError | None = None
        try:
            _agree(row, actor)
        except ConsoleError as error:
            log.warning("could not apply %s %s: %s", row.kind, row.name, error.message)
            failure = error
        _remember(row, trimmed(failure.message, 300) if failure else "")
        return failure


def _agree(row: App | Job, actor: Actor) -> None:
    if isinstance(row, App):
        _agree_app(row, actor)
    else:
        _agree_job(row, actor)


def _remember(row: App | Job, error: str) -> None:
    if error != row.sync_error:
        type(row).objects.filter(pk=row.pk).update(sync_error=error)


def _agree_app(row: App, actor: Actor) -> None:
    if row.delete_wanted:
        # The Deployment goes last: when it is gone, so is everything else.
        for kind in (*OPTIONAL_KINDS, "Service", "Deployment"):
            _delete(Ref(kind, row.name, row.tenant.namespace), actor)
        return
    wanted = manifests_of(row, running=_replicas_now(row))
    for manifest in wanted:
        cluster().apply(manifest, actor=actor)
    present = {manifest["kind"] for manifest in wanted}
    for kind in OPTIONAL_KINDS:
        if kind not in present:
            _delete(Ref(kind, row.name, row.tenant.namespace), actor)


def _replicas_now(row: App) -> int:
    """Return how many replicas an autoscaler chose; zero where there is none."""
    if app_spec(row.spec).autoscale is None:
        return 0
    deployment = _found(Ref("Deployment", row.name, row.tenant.namespace))
    return int(deployment.get("spec", {}).get("replicas") or 0) if deployment else 0


def _agree_job(row: Job, actor: Actor) -> None:
    ref = Ref("Job", row.name, row.tenant.namespace)
    if row.delete_wanted or row.stop_wanted:
        _delete(ref, actor)
        return
    if row.state in FINISHED:
        return
    existing = _found(ref)
    if existing is None and row.started_at is not None:
        _mark_interrupted(row)
    elif existing is None:
        cluster().apply(manifests_of(row)[0], actor=actor)
    elif existing["metadata"].get("labels", {}).get(ATTEMPT) != str(row.attempt):
        # The new attempt is applied when the cache tells that the older one has gone.
        _delete(ref, actor)
        if _found(ref) is None:
            cluster().apply(manifests_of(row)[0], actor=actor)


def _found(ref: Ref) -> Manifest | None:
    try:
        return cluster().get(ref)
    except NotFound:
        return None


def _delete(ref: Ref, actor: Actor) -> None:
    try:
        cluster().delete(ref, actor=actor)
    except NotFound:
        log.debug("%s is gone already", ref)


def _mark_interrupted(row: Job) -> None:
    """Say that the cluster lost a Job that ran: to run it again is the user's decision."""
    found, now = interrupted(), timezone.now()
    Job.objects.filter(pk=row.pk, attempt=row.attempt, stop_wanted=False).update(
        state=found.state,
        reason=found.reason,
        message=found.message,
        ready=0,
        state_since=now,
        finished_at=now,
    )
    data = {"kind": row.kind, "name": row.name, "state": str(found.state), "ready": 0}
    publish(row.tenant.channel, Event.WORKLOAD_CHANGED, data)
