"""Writes what the cluster cache shows of workloads into their rows, and tells the browsers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from console.cluster.cache import ClusterCache, cache
from console.cluster.connect import cluster
from console.cluster.errors import NotFound
from console.cluster.protocol import Ref
from console.errors import ConsoleError
from console.realtime.publish import publish
from console.web.events import Event
from workloads.kinds.app import state as app_state
from workloads.kinds.job import state as job_state
from workloads.kinds.observed import Observed, Wish
from workloads.kinds.parts import ATTEMPT
from workloads.models import FINISHED, App, Job
from workloads.sync import look
from workloads.sync.intent import MAIN_KIND, template_of

BATCH = 200


class Key(NamedTuple):
    """The address of a workload as the labels of its objects tell it."""

    namespace: str
    kind: str
    name: str


def recompute(keys: Iterable[Key]) -> list[App | Job]:
    """Update the rows of these workloads; return those that need a push."""
    wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in keys:
        wanted[key.kind, key.namespace].append(key.name)
    needy: list[App | Job] = []
    for (kind, namespace), names in wanted.items():
        model: type[App] | type[Job] = App if kind == "app" else Job
        for start in range(0, len(names), BATCH):
            some = names[start : start + BATCH]
            needy += update_rows(model.objects.filter(tenant__namespace=namespace, name__in=some))
    return needy


def update_rows(rows: QuerySet[Any]) -> list[App | Job]:
    """Update rows in one short transaction; return those that need a push."""
    known = cache()
    found = [(row, _observe(known, row)) for row in rows.select_related("tenant")]
    changes = [(row, _changes(row, seen)) for row, seen in found if seen is not None]
    for row in _store([(row, values) for row, values in changes if values]):
        data = {"kind": row.kind, "name": row.name, "state": str(row.state), "ready": row.ready}
        publish(row.tenant.channel, Event.WORKLOAD_CHANGED, data)
    for row, _ in found:
        if row.delete_wanted and not look.traces(known, row):
            _remove(row)
    return [row for row, _ in found if _needs_push(known, row)]


def all_rows() -> Iterator[QuerySet[Any]]:
    """Yield every row that can still change, in batches."""
    for rows in (App.objects.all(), Job.objects.exclude(state__in=FINISHED, delete_wanted=False)):
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), BATCH):
            yield rows.model._default_manager.filter(pk__in=keys[start : start + BATCH])


def _observe(known: ClusterCache, row: App | Job) -> Observed | None:
    """Return how a workload is, None where the row knows better than what is left of it."""
    wish = Wish(row.stop_wanted, row.delete_wanted, row.sync_error)
    events = look.events_in(known, row.tenant.namespace)
    pods = look.pods_of(known, row)
    if isinstance(row, App):
        deployment = known.get("Deployment", row.tenant.namespace, row.name)
        return app_state.observe(wish, deployment, pods, events, template=template_of(row))
    job = look.job_of(known, row)
    ended = row.state in FINISHED and not row.delete_wanted
    if ended and (job is None or not pods):
        return None
    if job is None and row.started_at and not (row.stop_wanted or row.delete_wanted):
        # Whether it was lost is for push to find out; the cache may only be late.
        return None
    return job_state.observe(wish, job, pods, events)


def _changes(row: App | Job, seen: Observed) -> dict[str, Any]:
    """Return the columns to write."""
    values = _values(row, seen)
    values = {name: value for name, value in values.items() if getattr(row, name) != value}
    if "state" in values:
        values["state_since"] = timezone.now()
    return values


def _store(changes: list[tuple[App | Job, dict[str, Any]]]) -> list[App | Job]:
    """Write in one short transaction; return the rows of which browsers should hear."""
    if not changes:
        return []
    with transaction.atomic():
        return [row for row, values in changes if _write(row, values)]


def _write(row: App | Job, values: dict[str, Any]) -> bool:
    """Write what changed, unless the intent changed since the row was read."""
    guard: dict[str, int] = {"stop_wanted": row.stop_wanted, "delete_wanted": row.delete_wanted}
    guard |= {"attempt": row.attempt} if isinstance(row, Job) else {"revision": row.revision}
    if not type(row).objects.filter(pk=row.pk, **guard).update(**values):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    return True


def _values(row: App | Job, seen: Observed) -> dict[str, Any]:
    values: dict[str, Any] = {
        "state": str(seen.state),
        "reason": seen.reason[:80],
        "message": seen.message[:500],
        "ready": seen.ready,
        "restarts": seen.restarts,
    }
    if isinstance(row, Job):
        values["started_at"] = row.started_at or seen.started_at
        values["finished_at"] = seen.finished_at
    return values


def _remove(row: App | Job) -> None:
    """Delete the row once the cluster itself says that nothing is left."""
    try:
        cluster().get(Ref(MAIN_KIND[row.kind], row.name, row.tenant.namespace))
    except NotFound:
        gone, _ = type(row).objects.filter(pk=row.pk, delete_wanted=True).delete()
        if gone:
            data = {"kind": row.kind, "name": row.name}
            publish(row.tenant.channel, Event.WORKLOAD_GONE, data)
    except ConsoleError:
        return


def _needs_push(known: ClusterCache, row: App | Job) -> bool:
    """Return whether a Job waits for its older attempt to have gone."""
    if not isinstance(row, Job) or row.attempt == 1 or row.state in FINISHED:
        return False
    job = known.get("Job", row.tenant.namespace, row.name)
    current = job is not None and job.metadata.labels.get(ATTEMPT) == str(row.attempt)
    return not (current or row.stop_wanted or row.delete_wanted or row.started_at)
