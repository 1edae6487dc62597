"""Mends what pushes missed: all at start, failures every few seconds, drift twice a minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from django.db.models import Q

from console.cluster.cache import ClusterCache, cache
from console.errors import Unavailable
from workloads.kinds.parts import DIGEST
from workloads.models import FINISHED, App, Job
from workloads.sync.intent import digest_of
from workloads.sync.push import push

DRIFT_SECONDS = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
STALE_SECONDS = 30.0


class Patience:
    """When a row that the cluster refused may be tried again: each time twice as late."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, int], tuple[float, float]] = {}

    def due(self, row: App | Job, now: float) -> bool:
        """Return whether a row may be tried."""
        return self._rows.get((row.kind, row.pk), (0.0, 0.0))[0] <= now

    def failed(self, row: App | Job, now: float) -> None:
        """Put the next try off."""
        _, pause = self._rows.get((row.kind, row.pk), (0.0, FIRST_PAUSE / 2))
        pause = min(pause * 2, LONGEST_PAUSE)
        self._rows[row.kind, row.pk] = (now + pause, pause)

    def worked(self, row: App | Job) -> None:
        """Forget about a row."""
        self._rows.pop((row.kind, row.pk), None)


_patience = Patience()
_next_drift = 0.0


def at_start() -> None:
    """Apply the intent of every row that should exist, as the cluster may be new or be changed."""
    global _next_drift  # noqa: PLW0603 - the reconciler is one thread
    _push_all(_living(), time.monotonic())
    _next_drift = time.monotonic() + DRIFT_SECONDS


def again(look_at_all: Callable[[], None]) -> None:
    """Push what failed and what is to go; every half minute also what has drifted."""
    global _next_drift  # noqa: PLW0603
    now = time.monotonic()
    _push_all(_unfinished_business(), now)
    if now >= _next_drift:
        _next_drift = now + DRIFT_SECONDS
        _push_all(_drifted(), now)
        look_at_all()


def _push_all(rows: Iterable[App | Job], now: float) -> None:
    """Push each row that is due; a cluster that does not answer is not asked for every row."""
    for row in rows:
        if not _patience.due(row, now):
            continue
        failure = push(row)
        if isinstance(failure, Unavailable):
            return
        if failure is None:
            _patience.worked(row)
        else:
            _patience.failed(row, now)


def _living() -> Iterator[App | Job]:
    yield from App.objects.select_related("tenant").order_by("pk")
    ended = Q(state__in=FINISHED, delete_wanted=False)
    yield from Job.objects.select_related("tenant").exclude(ended).order_by("pk")


def _unfinished_business() -> Iterator[App | Job]:
    wanted = ~Q(sync_error="") | Q(delete_wanted=True)
    yield from App.objects.select_related("tenant").filter(wanted).order_by("pk")
    yield from Job.objects.select_related("tenant").filter(wanted).order_by("pk")


def _drifted() -> Iterator[App | Job]:
    known = cache()
    if not known.synced() or known.staleness() > STALE_SECONDS:
        return
    yield from (row for row in _living() if _differs(known, row))


def _differs(known: ClusterCache, row: App | Job) -> bool:
    if row.delete_wanted:
        return False
    namespace = row.tenant.namespace
    if isinstance(row, Job):
        exists = known.get("Job", namespace, row.name) is not None
        return exists == row.stop_wanted
    deployment = known.get("Deployment", namespace, row.name)
    if deployment is None or known.get("Service", namespace, row.name) is None:
        return True
    return bool(deployment.metadata.annotations.get(DIGEST) != digest_of(row))
