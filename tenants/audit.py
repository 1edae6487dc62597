"""The audit trail: one entry an action, written in the action's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from console.errors import Conflict, QuotaExceeded, Refused
from tenants.models import AuditEntry, Outcome, Tenant, User


def record(
    *,
    actor: str,
    action: str,
    tenant: Tenant | None = None,
    tenant_name: str = "",
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
        tenant_name=tenant.slug if tenant else tenant_name,
        object_kind=object_kind,
        object_name=object_name[:150],
        before=before or {},
        after=after or {},
        outcome=outcome,
        message=message[:300],
    )


@dataclass(slots=True)
class Attempt:
    """What an action is about to enter; it fills in what it learns."""

    tenant: Tenant | None
    tenant_name: str = ""
    object_name: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    message: str = ""


@contextmanager
def attempt(
    user: User, action: str, *, tenant: Tenant | None = None, kind: str = "", name: str = ""
) -> Iterator[Attempt]:
    """Run an action's body and its entry in one transaction.

    A refusal (Refused, Conflict, QuotaExceeded) undoes the body and leaves an entry of its own;
    bad input and what an outsider may not know of leave none.
    """
    entry = Attempt(tenant, tenant.slug if tenant else "", name)
    try:
        with transaction.atomic():
            yield entry
            _write(user, action, kind, entry)
    except (Refused, Conflict, QuotaExceeded) as error:
        entry.message = error.message
        _write(user, action, kind, entry, Outcome.REFUSED)
        raise


def _write(
    user: User, action: str, kind: str, entry: Attempt, outcome: Outcome = Outcome.DONE
) -> None:
    record(
        actor=user.username,
        action=action,
        tenant=entry.tenant,
        tenant_name=entry.tenant_name,
        object_kind=kind,
        object_name=entry.object_name,
        before=entry.before,
        after=entry.after,
        outcome=outcome,
        message=entry.message,
    )
