"""What the actions share: checks, locks and what happens after commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from console.errors import Conflict, Invalid
from console.realtime.publish import publish_on_commit
from console.web.events import Event
from tenants import access
from tenants.access import Permission
from tenants.models import Tenant, User
from tenants.storage.models import Volume
from workloads import quota
from workloads.kinds.spec import AppSpec, Spec, to_dict
from workloads.models import App, Job, State
from workloads.sync import push_on_commit

Row = TypeVar("Row", App, Job)


def name_in(data: Mapping[str, Any]) -> str:
    """Return the name that input gives, for the audit trail."""
    name = data.get("name") if isinstance(data, Mapping) else ""
    return name if isinstance(name, str) else ""


def operate(user: User, tenant: Tenant) -> None:
    """Raise unless the user may change workloads of the tenant."""
    access.require(user, tenant, Permission.OPERATE)


def locked(row: Row, user: User) -> Row:
    """Return the row as it is now, locked, after the access check. Conflict if it is going."""
    operate(user, row.tenant)
    rows = type(row).objects.select_for_update(of=("self",)).select_related("tenant")
    found: Row | None = rows.filter(pk=row.pk).first()
    if found is None or found.delete_wanted:
        raise Conflict(f"“{row.name}” is being deleted.")
    return found


def fill(row: App | Job, spec: Spec) -> None:
    """Copy a spec into the row with the columns that lists and the quota read."""
    charge = quota.charge_of(spec)
    row.name, row.image, row.spec = spec.name, spec.image, to_dict(spec)
    for column in quota.COLUMNS:
        setattr(row, column, getattr(charge, column))
    if isinstance(row, App) and isinstance(spec, AppSpec):
        row.replicas = spec.autoscale.min if spec.autoscale else spec.replicas


def check_spec(tenant: Tenant, spec: Spec, *, replacing: App | None = None) -> None:
    """Raise Invalid for volumes that are not there and an address that another App has."""
    errors = spec_errors(tenant, spec, replacing=replacing)
    if errors:
        raise Invalid(fields=errors)


def spec_errors(
    tenant: Tenant, spec: Spec, *, replacing: App | None = None
) -> dict[str, list[str]]:
    """Return what only the database can tell about a spec, by field."""
    errors = _missing_volumes(tenant, spec)
    if isinstance(spec, AppSpec) and spec.expose and _exposed_elsewhere(spec, replacing):
        errors["expose.path"] = ["Another App is exposed there; choose another host or path."]
    return errors


def _missing_volumes(tenant: Tenant, spec: Spec) -> dict[str, list[str]]:
    if not spec.mounts:
        return {}
    known = set(Volume.objects.filter(tenant=tenant).values_list("name", flat=True))
    return {
        f"mounts.{index}.volume": [f"There is no volume “{mount.volume}”; create it first."]
        for index, mount in enumerate(spec.mounts)
        if mount.volume not in known
    }


def _exposed_elsewhere(spec: AppSpec, replacing: App | None) -> bool:
    """Return whether an App of any tenant has this host and path; which one is not told."""
    others = App.objects.filter(spec__has_key="expose").exclude(pk=replacing and replacing.pk)
    address = to_dict(spec)["expose"]
    return address in others.values_list("spec__expose", flat=True)


def taken(model: type[App] | type[Job], tenant: Tenant, name: str) -> str:
    """Return why a name is not free, or nothing."""
    other = model.objects.filter(tenant=tenant, name=name).first()
    if other is None:
        return ""
    if other.delete_wanted:
        return f"“{name}” is still being deleted; try again in a moment."
    return f"The name is taken: there is {_an(other)} “{name}” already."


def _an(row: App | Job) -> str:
    return "an App" if row.kind == "app" else "a Job"


def insert(row: App | Job) -> None:
    """Save a new row; raises Invalid when the name is taken, also in the last moment."""
    reason = taken(type(row), row.tenant, row.name)
    if not reason:
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            reason = f"The name “{row.name}” is taken."
    if reason:
        raise Invalid(fields={"name": [reason]})


def stopping(row: App | Job, message: str) -> None:
    """Show at once that a workload ends."""
    row.state, row.reason, row.message = State.STOPPING, "", message


def pending(row: App | Job) -> None:
    """Show at once that a workload begins again."""
    row.state, row.reason, row.message = State.PENDING, "", ""


def carry_out(row: App | Job, user: User) -> None:
    """Save the row and, once committed, tell the cluster and the browsers."""
    row.save()
    hand_over(row, user)


def hand_over(row: App | Job, user: User) -> None:
    """Once committed, tell the cluster and the browsers."""
    push_on_commit(row, access.actor_for(user, row.tenant))
    data = {"kind": row.kind, "name": row.name, "state": str(row.state), "ready": row.ready}
    publish_on_commit(row.tenant.channel, Event.WORKLOAD_CHANGED, data)
