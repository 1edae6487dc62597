"""What a user can do to Jobs; the spec of a Job never changes, a clone is a new Job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.errors import Conflict
from tenants import audit
from tenants.models import Tenant, User
from workloads import quota
from workloads.actions import common
from workloads.kinds.changes import changes, for_audit
from workloads.kinds.job import form
from workloads.kinds.spec import job_spec
from workloads.models import FINISHED, Job


def create_job(*, user: User, tenant: Tenant, data: Mapping[str, Any]) -> Job:
    """Create a Job and have it run. Raises Invalid, QuotaExceeded."""
    name = common.name_in(data)
    with audit.attempt(user, "job.create", tenant=tenant, kind="job", name=name) as entry:
        common.operate(user, tenant)
        spec = form.parse(data)
        common.check_spec(tenant, spec)
        job = Job(tenant=quota.lock(tenant), created_by=user.username)
        common.fill(job, spec)
        quota.check(job.tenant, quota.charge_of(spec))
        common.insert(job)
        _, entry.after = for_audit(changes({}, job.spec))
        common.hand_over(job, user)
    return job


def cancel_job(*, user: User, job: Job) -> Job:
    """End a Job that has not ended; its pods and their log go with it."""
    with _attempt(user, "cancel", job) as entry:
        row = common.locked(job, user)
        if row.state in FINISHED:
            raise Conflict(f"“{row.name}” has ended already.")
        if not row.stop_wanted:
            row.stop_wanted = True
            common.stopping(row, "It is being cancelled.")
            entry.before, entry.after = {"cancelled": False}, {"cancelled": True}
            common.carry_out(row, user)
    return row


def retry_job(*, user: User, job: Job) -> Job:
    """Run a Job that has ended once more, as a new attempt. Raises QuotaExceeded."""
    with _attempt(user, "retry", job) as entry:
        tenant = quota.lock(job.tenant)
        row = common.locked(job, user)
        if row.state not in FINISHED:
            raise Conflict(f"“{row.name}” has not ended; cancel it before it is run again.")
        spec = job_spec(row.spec)
        common.check_spec(tenant, spec)
        quota.check(tenant, quota.charge_of(spec), replacing=row)
        entry.before, entry.after = {"attempt": row.attempt}, {"attempt": row.attempt + 1}
        _begin_again(row)
        common.carry_out(row, user)
    return row


def delete_job(*, user: User, job: Job) -> Job:
    """Remove a Job; the row goes when its objects have gone."""
    with _attempt(user, "delete", job) as entry:
        row = common.locked(job, user)
        row.delete_wanted = True
        common.stopping(row, "It is being deleted.")
        entry.before, _ = for_audit(changes(row.spec, {}))
        common.carry_out(row, user)
    return row


def _attempt(user: User, verb: str, job: Job) -> Any:
    return audit.attempt(user, f"job.{verb}", tenant=job.tenant, kind="job", name=job.name)


def _begin_again(row: Job) -> None:
    row.attempt += 1
    row.stop_wanted = False
    row.started_at = row.finished_at = None
    row.ready = row.restarts = 0
    common.pending(row)
