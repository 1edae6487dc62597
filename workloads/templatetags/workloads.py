"""Tags of the pages of Apps and Jobs."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from console.web.times import long_duration
from tenants.models import AuditEntry
from workloads.models import FINISHED, Job

register = template.Library()

_CHANGED = frozenset({"change", "scale", "roll-back"})
_SAID = {
    "create": "created it",
    "change": "changed it",
    "scale": "scaled it",
    "restart": "restarted it",
    "stop": "stopped it",
    "start": "started it",
    "roll-back": "rolled it back",
    "cancel": "cancelled it",
    "retry": "ran it again",
    "delete": "deleted it",
}


@register.filter
def is_finished(job: Job) -> bool:
    """Return whether a Job has ended, one way or another."""
    return job.state in FINISHED


@register.filter
def ran(job: Job) -> str:
    """Show for how long a Job has run, or ran."""
    if job.started_at is None:
        return "–"
    return long_duration(((job.finished_at or timezone.now()) - job.started_at).total_seconds())


@register.filter
def said(entry: AuditEntry) -> str:
    """Show an entry of the audit trail as the rest of a sentence: "scaled it"."""
    verb = entry.action.partition(".")[2]
    return _SAID.get(verb, entry.action)


@register.filter
def telling(entry: AuditEntry) -> list[tuple[str, Any, Any]]:
    """Return the first changed fields, where they say more than the action itself."""
    return entry.changes[:2] if entry.action.partition(".")[2] in _CHANGED else []


@register.filter
def item(mapping: Any, key: str) -> Any:
    """Return the value of a key that a template can't write."""
    return mapping.get(key)
