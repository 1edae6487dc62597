"""What a user can do to Apps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from console.errors import Conflict, Invalid, NotFound
from tenants import audit
from tenants.models import Tenant, User
from workloads import quota
from workloads.actions import common
from workloads.kinds.app import form
from workloads.kinds.changes import changes, for_audit
from workloads.kinds.spec import AppSpec, app_spec, to_dict
from workloads.models import App, Revision


def create_app(*, user: User, tenant: Tenant, data: Mapping[str, Any]) -> App:
    """Create an App and have it started. Raises Invalid, QuotaExceeded."""
    name = common.name_in(data)
    with audit.attempt(user, "app.create", tenant=tenant, kind="app", name=name) as entry:
        common.operate(user, tenant)
        spec = form.parse(data)
        common.check_spec(tenant, spec)
        app = App(tenant=quota.lock(tenant), created_by=user.username)
        common.fill(app, spec)
        quota.check(app.tenant, quota.charge_of(spec))
        common.insert(app)
        _keep_revision(app, user, "Created.")
        _, entry.after = for_audit(changes({}, app.spec))
        common.hand_over(app, user)
    return app


def change_app(
    *,
    user: User,
    app: App,
    data: Mapping[str, Any],
    expected_revision: int | None = None,
    reason: str = "",
) -> App:
    """Give an App another spec, which becomes its next revision; `data` is the whole spec.

    Raises Conflict when somebody else changed it since `expected_revision`.
    """
    with _attempt(user, "change", app) as entry:
        row = _for_change(user, app, expected_revision)
        spec = form.parse({"name": row.name, **data})
        _same_name(row, spec)
        _respec(row, spec, user, reason, entry)
    return row


def scale_app(*, user: User, app: App, replicas: int) -> App:
    """Ask for another number of replicas."""
    with _attempt(user, "scale", app) as entry:
        row = _for_change(user, app, None)
        spec = app_spec(row.spec)
        if spec.autoscale:
            message = "Autoscale decides the number of replicas; change its bounds instead."
            raise Invalid(fields={"replicas": [message]})
        reason = f"Scaled from {spec.replicas} to {replicas}."
        _respec(row, form.parse(row.spec | {"replicas": replicas}), user, reason, entry)
    return row


def roll_back_app(
    *, user: User, app: App, number: int, expected_revision: int | None = None
) -> App:
    """Take the spec of an earlier revision up again; the number of replicas stays as it is."""
    with _attempt(user, "roll-back", app) as entry:
        row = _for_change(user, app, expected_revision)
        revision = Revision.objects.filter(app=row, number=number).first()
        if revision is None:
            raise NotFound(f"“{row.name}” has no revision {number}.")
        scale = {key: row.spec[key] for key in ("replicas", "autoscale") if key in row.spec}
        kept = {key: revision.spec[key] for key in revision.spec.keys() - {"replicas", "autoscale"}}
        spec = form.parse(kept | scale)
        _respec(row, spec, user, f"Rolled back to revision {number}.", entry)
    return row


def restart_app(*, user: User, app: App) -> App:
    """Replace every replica by a new one, a few at a time."""
    with _attempt(user, "restart", app) as entry:
        row = common.locked(app, user)
        if row.stop_wanted:
            raise Conflict(f"“{row.name}” is stopped; start it instead.")
        row.restarted_at = timezone.now()
        entry.after = {"restarted_at": row.restarted_at.isoformat()}
        common.carry_out(row, user)
    return row


def stop_app(*, user: User, app: App) -> App:
    """End all replicas and keep everything else; nothing changes for one that is stopped."""
    with _attempt(user, "stop", app) as entry:
        row = common.locked(app, user)
        if not row.stop_wanted:
            row.stop_wanted = True
            common.stopping(row, "Its replicas are ending.")
            entry.before, entry.after = {"stopped": False}, {"stopped": True}
            common.carry_out(row, user)
    return row


def start_app(*, user: User, app: App) -> App:
    """Run a stopped App again. Raises QuotaExceeded."""
    with _attempt(user, "start", app) as entry:
        tenant = quota.lock(app.tenant)
        row = common.locked(app, user)
        if row.stop_wanted:
            asked = quota.charge_of(app_spec(row.spec))
            quota.check(tenant, asked, replacing=row, runs=False)
            row.stop_wanted = False
            common.pending(row)
            entry.before, entry.after = {"stopped": True}, {"stopped": False}
            common.carry_out(row, user)
    return row


def delete_app(*, user: User, app: App) -> App:
    """Remove an App with its revisions; the row goes when its objects have gone."""
    with _attempt(user, "delete", app) as entry:
        row = common.locked(app, user)
        row.delete_wanted = True
        common.stopping(row, "It is being deleted.")
        entry.before, _ = for_audit(changes(row.spec, {}))
        common.carry_out(row, user)
    return row


def _attempt(user: User, verb: str, app: App) -> Any:
    return audit.attempt(user, f"app.{verb}", tenant=app.tenant, kind="app", name=app.name)


def _for_change(user: User, app: App, expected: int | None) -> App:
    """Return the row, locked after its tenant's, if it still is the revision that was seen."""
    quota.lock(app.tenant)
    row = common.locked(app, user)
    if expected is not None and expected != row.revision:
        latest = Revision.objects.filter(app=row, number=row.revision).first()
        by = f" by {latest.created_by}" if latest else ""
        raise Conflict(
            f"“{row.name}” was changed{by} meanwhile: "
            f"it is at revision {row.revision}, you saw {expected}.",
            hint="Look at the newest revision and make your change there.",
        )
    return row


def _same_name(row: App, spec: AppSpec) -> None:
    if spec.name != row.name:
        message = f"An App can't be renamed; leave “{row.name}” or create a new one."
        raise Invalid(fields={"name": [message]})


def _respec(row: App, spec: AppSpec, user: User, reason: str, entry: audit.Attempt) -> None:
    """Make a spec the next revision of an App."""
    found = changes(row.spec, to_dict(spec))
    if not found:
        entry.message = "Nothing changed."
        return
    common.check_spec(row.tenant, spec, replacing=row)
    if not row.stop_wanted:
        quota.check(row.tenant, quota.charge_of(spec), replacing=row)
    common.fill(row, spec)
    row.revision += 1
    entry.before, entry.after = for_audit(found)
    entry.message = reason
    _keep_revision(row, user, reason)
    common.carry_out(row, user)


def _keep_revision(app: App, user: User, reason: str) -> None:
    Revision.objects.create(
        app=app,
        number=app.revision,
        spec=app.spec,
        created_by=user.username,
        reason=reason[:200],
    )
