"""Amounts of CPU, memory and devices: what pods ask for, and what fits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from console.cluster.objects import Manifest
from console.quantities import parse_cpu, parse_memory

Amounts = dict[str, int]

# The classes that the console applies; a cluster of one node needs no objects for them.
PRIORITIES = {"": 0, "low": -1000, "normal": 0, "high": 1000}


@lru_cache(maxsize=4096)
def amount(resource: str, quantity: str | int | float) -> int:
    """Return a quantity as a whole number: thousandths of a core, bytes, or pieces."""
    text = str(quantity)
    if resource == "cpu":
        return parse_cpu(text)
    if resource in {"memory", "ephemeral-storage"} or resource.startswith("hugepages-"):
        return parse_memory(text)
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"“{text[:40]}” is not a number of {resource}; write 1 or 2.")
    return int(text)


def amounts(quantities: Mapping[str, str | int | float]) -> Amounts:
    """Return quantities as whole numbers."""
    return {resource: amount(resource, quantity) for resource, quantity in quantities.items()}


def requests(container: Manifest) -> Amounts:
    """Return what a container asks for; what has only a limit asks for the limit."""
    resources = container.get("resources") or {}
    return amounts({**(resources.get("limits") or {}), **(resources.get("requests") or {})})


def pod_requests(pod: Manifest) -> Amounts:
    """Return what a pod asks for: its containers together, or its largest init container."""
    total: Amounts = {"pods": 1}
    for container in pod["spec"]["containers"]:
        total = added(total, requests(container))
    for container in pod["spec"].get("initContainers") or ():
        for resource, wanted in requests(container).items():
            total[resource] = max(total.get(resource, 0), wanted)
    return total


def added(one: Amounts, other: Amounts) -> Amounts:
    """Return the sum of two."""
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def total(pods: Iterable[Manifest]) -> Amounts:
    """Return what pods ask for together."""
    result: Amounts = {}
    for pod in pods:
        result = added(result, pod_requests(pod))
    return result


def shortfalls(wanted: Amounts, used: Amounts, capacity: Amounts) -> list[str]:
    """Return what is too little, in Kubernetes' words: ["Insufficient cpu", "Too many pods"]."""
    return [
        "Too many pods" if name == "pods" else f"Insufficient {name}"
        for name, number in sorted(wanted.items())
        if number and used.get(name, 0) + number > capacity.get(name, 0)
    ]


def memory_limit(container: Manifest) -> int:
    """Return a container's memory limit in bytes; 0 for none."""
    limit = ((container.get("resources") or {}).get("limits") or {}).get("memory")
    return amount("memory", limit) if limit is not None else 0


def priority(pod: Manifest) -> int:
    """Return how much a pod goes before others."""
    return PRIORITIES.get(pod["spec"].get("priorityClassName", ""), 0)


def cpu_cores(quantity: str | int | float) -> int:
    """Return CPU in whole cores, rounded up as the downward API does."""
    return -(-amount("cpu", quantity) // 1000)
