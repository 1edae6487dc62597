"""Times and durations for readers."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


def as_datetime(value: object) -> datetime | None:
    """Return a time given as a datetime or in the ISO form that Kubernetes uses."""
    if isinstance(value, str) and value:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if timezone.is_aware(value) else value.replace(tzinfo=UTC)


def short_duration(seconds: float) -> str:
    """Return a duration in its largest unit: 7260 -> "2h"; static/console/main.js agrees."""
    whole = max(0, int(seconds))
    for size, unit in _UNITS:
        if whole >= size:
            return f"{whole // size}{unit}"
    return "0s"


def long_duration(seconds: float) -> str:
    """Return a duration in its two largest units: 7260 -> "2h 1m"."""
    whole = max(0, int(seconds))
    parts: list[str] = []
    for size, unit in _UNITS:
        if whole >= size or (parts and len(parts) < 2):
            parts.append(f"{whole // size}{unit}" if whole >= size else "")
            whole %= size
        if len(parts) == 2:
            break
    return " ".join(part for part in parts if part) or "0s"


def absolute(at: datetime) -> str:
    """Return a time to the second in UTC; the browser shows it in the user's own zone."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
