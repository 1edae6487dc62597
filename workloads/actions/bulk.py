"""One action on many Apps or Jobs, with a result for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from console.errors import ConsoleError, Invalid, NotFound
from tenants.models import Tenant, User
from workloads.actions import apps, jobs
from workloads.models import App, Job

MOST = 200
APP_ACTIONS: dict[str, Callable[..., App]] = {
    "restart": apps.restart_app,
    "stop": apps.stop_app,
    "start": apps.start_app,
    "delete": apps.delete_app,
}
JOB_ACTIONS: dict[str, Callable[..., Job]] = {
    "cancel": jobs.cancel_job,
    "retry": jobs.retry_job,
    "delete": jobs.delete_job,
}


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one of many; `message` is empty where it was done."""

    name: str
    ok: bool
    message: str = ""


def bulk(
    *, user: User, tenant: Tenant, kind: str, action: str, names: Sequence[str]
) -> list[BulkResult]:
    """Do one action to each of the named Apps or Jobs; each has its own transaction and entry."""
    known: dict[str, Any] = dict(APP_ACTIONS if kind == "app" else JOB_ACTIONS)
    if action not in known:
        raise Invalid(fields={"action": [f"Choose one of {', '.join(known)}."]})
    if len(names) > MOST:
        raise Invalid(fields={"names": [f"Choose at most {MOST}, not {len(names):,}."]})
    model: type[App] | type[Job] = App if kind == "app" else Job
    unique = list(dict.fromkeys(names))
    rows = {
        row.name: row
        for row in model.objects.filter(tenant=tenant, name__in=unique).select_related("tenant")
    }
    return [_one(user, kind, known[action], name, rows.get(name)) for name in unique]


def _one(
    user: User, kind: str, do: Callable[..., Any], name: str, row: App | Job | None
) -> BulkResult:
    try:
        if row is None:
            raise NotFound(f"There is no {kind.capitalize()} “{name[:40]}”.")
        do(user=user, **{kind: row})
    except ConsoleError as error:
        return BulkResult(name, ok=False, message=error.message)
    return BulkResult(name, ok=True)
