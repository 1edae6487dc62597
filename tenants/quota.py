"""A tenant's quota: as people write it, as the row keeps it, and how much of it is used.

What is used is known to the apps above; each adds a function to `sources` in its `AppConfig.ready`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from console.errors import Invalid
from console.quantities import (
    cpu_quantity,
    memory_quantity,
    parse_cpu,
    parse_memory,
    show_cpu,
    show_memory,
)
from tenants.models import Tenant

MOST_CPU_MILLI = 10**9
MOST_BYTES = 2**60
MOST_COUNT = 1_000_000


@dataclass(frozen=True, slots=True)
class Quota:
    """Amounts of each resource; the names are those of the columns of a tenant."""

    cpu_milli: int = 4_000
    memory_bytes: int = 8 * 2**30
    gpu_count: int = 0
    pod_count: int = 100
    storage_bytes: int = 20 * 2**30

    def __add__(self, other: Quota) -> Quota:
        """Add each resource."""
        return Quota(*(getattr(self, x.name) + getattr(other, x.name) for x in fields(self)))


NOTHING = Quota(0, 0, 0, 0, 0)
sources: list[Callable[[Tenant], Quota]] = []


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a quota: its word in forms and in the API, and how it is read and shown."""

    word: str
    column: str
    label: str
    parse: Callable[[str], int]
    write: Callable[[int], str]
    show: Callable[[int], str]
    most: int


def _parse_count(text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdigit() and len(text) < 12):
        raise ValueError(f"“{text[:40]}” is not a whole number.")
    return int(text)


RESOURCES = (
    Resource("cpu", "cpu_milli", "CPU", parse_cpu, cpu_quantity, show_cpu, MOST_CPU_MILLI),
    Resource(
        "memory", "memory_bytes", "Memory", parse_memory, memory_quantity, show_memory, MOST_BYTES
    ),
    Resource("gpu", "gpu_count", "GPUs", _parse_count, str, str, MOST_COUNT),
    Resource("pods", "pod_count", "Pods", _parse_count, str, str, MOST_COUNT),
    Resource(
        "storage",
        "storage_bytes",
        "Storage",
        parse_memory,
        memory_quantity,
        show_memory,
        MOST_BYTES,
    ),
)


def quota_of(tenant: Tenant) -> Quota:
    """Return what a tenant was given."""
    return Quota(*(getattr(tenant, x.name) for x in fields(Quota)))


def used_by(tenant: Tenant) -> Quota:
    """Return what a tenant uses now, as all registered sources know it."""
    return sum((source(tenant) for source in sources), NOTHING)


def parse(data: Mapping[str, Any], base: Quota | None = None) -> Quota:
    """Return a quota of words such as `{"cpu": "8", "memory": "16Gi"}`; what is missing is kept.

    Raises Invalid with a message per word.
    """
    quota = base or Quota()
    errors: dict[str, list[str]] = {}
    for resource in RESOURCES:
        text = str(data.get(resource.word, "")).strip()
        if not text:
            continue
        try:
            quota = replace(quota, **{resource.column: _within(resource, text)})
        except ValueError as error:
            errors[resource.word] = [str(error)]
    if errors:
        raise Invalid(fields=errors)
    return quota


def _within(resource: Resource, text: str) -> int:
    amount = resource.parse(text)
    if amount > resource.most:
        raise ValueError(f"At most {resource.show(resource.most)}.")
    return amount


def written(quota: Quota) -> dict[str, str]:
    """Return the words that `parse` reads back."""
    return {x.word: x.write(getattr(quota, x.column)) for x in RESOURCES}


def shown(quota: Quota) -> dict[str, str]:
    """Return the amounts for a reader."""
    return {x.word: x.show(getattr(quota, x.column)) for x in RESOURCES}
