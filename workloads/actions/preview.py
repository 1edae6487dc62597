"""What an input would become, for the side panel of a form and for `?dry_run=true`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from console.cluster.connect import cluster
from console.cluster.objects import Manifest
from console.cluster.protocol import Actor
from console.errors import ConsoleError, Invalid
from tenants import access
from tenants.models import Tenant, User
from workloads import quota
from workloads.actions import common
from workloads.kinds.app import form as app_form
from workloads.kinds.changes import FieldChange, changes
from workloads.kinds.job import form as job_form
from workloads.kinds.spec import Spec, to_dict
from workloads.models import App, Job
from workloads.quota import QuotaLine
from workloads.sync import manifests_of


@dataclass(frozen=True, slots=True)
class Preview:
    """Complaints by field, or all that would happen; `refusal` is the cluster's or the quota's."""

    errors: dict[str, list[str]] = field(default_factory=dict)
    spec: dict[str, Any] | None = None
    manifests: list[Manifest] = field(default_factory=list)
    refusal: str = ""
    quota: list[QuotaLine] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)


def preview(
    *, user: User, tenant: Tenant, kind: str, data: Mapping[str, Any], app: App | None = None
) -> Preview:
    """Return what would become of an input, for a new workload or for a change of `app`.

    Raises only where the user may not try at all; what is wrong with the input is in `errors`.
    """
    common.operate(user, tenant)
    try:
        spec = _parse(kind, data, app)
    except Invalid as error:
        return Preview(errors=dict(error.fields))
    row = _row(kind, tenant, spec, app)
    manifests = manifests_of(row)
    return Preview(
        errors=_errors(tenant, spec, row, app),
        spec=to_dict(spec),
        manifests=manifests,
        refusal=_over_quota(tenant, spec, app)
        or _refusal(manifests, access.actor_for(user, tenant)),
        quota=quota.lines(tenant, quota.charge_of(spec), replacing=app),
        changes=changes(app.spec if app else {}, to_dict(spec)),
    )


def _parse(kind: str, data: Mapping[str, Any], app: App | None) -> Spec:
    if kind == "job":
        return job_form.parse(data)
    return app_form.parse({"name": app.name, **data} if app else data)


def _row(kind: str, tenant: Tenant, spec: Spec, app: App | None) -> App | Job:
    """Return a row that is never saved."""
    row: App | Job = Job(tenant=tenant) if kind == "job" else App(tenant=tenant)
    if isinstance(row, App) and app is not None:
        row.revision, row.restarted_at = app.revision + 1, app.restarted_at
        row.stop_wanted = app.stop_wanted
    common.fill(row, spec)
    return row


def _errors(tenant: Tenant, spec: Spec, row: App | Job, app: App | None) -> dict[str, list[str]]:
    errors = common.spec_errors(tenant, spec, replacing=app)
    if app is None and (reason := common.taken(type(row), tenant, spec.name)):
        errors["name"] = [reason]
    if app is not None and spec.name != app.name:
        errors["name"] = ["An App can't be renamed."]
    return errors


def _over_quota(tenant: Tenant, spec: Spec, app: App | None) -> str:
    try:
        quota.check(tenant, quota.charge_of(spec), replacing=app)
    except ConsoleError as error:
        return f"{error.message} {error.hint}"
    return ""


def _refusal(manifests: list[Manifest], actor: Actor) -> str:
    try:
        for manifest in manifests:
            cluster().dry_run(manifest, actor=actor)
    except ConsoleError as error:
        return error.message
    return ""
