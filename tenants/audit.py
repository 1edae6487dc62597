"""The audit trail: one entry an action, written in the action's transaction."""

from __future__ import annotations

from typing import Any

from tenants.models import AuditEntry, Outcome, Tenant


def record(
    *,
    actor: str,
    action: str,
    tenant: Tenant | None = None,
    object_kind: str = "",
    object_name: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    outcome: Outcome = Outcome.DONE,
    message: str = "",
) -> AuditEntry:
    """Write one entry; `before` and `after` hold the fields that changed."""
    return AuditEntry.objects.create(
        actor=actor,
        action=action,
        tenant=tenant,
        tenant_name=tenant.slug if tenant else "",
        object_kind=object_kind,
        object_name=object_name,
        before=before or {},
        after=after or {},
        outcome=outcome,
        message=message[:300],
    )
