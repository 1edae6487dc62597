"""Kubernetes quantities: read as people write them, shown as people read them.

Pure. Grammar: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from decimal import Decimal

_BINARY = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50}
_DECIMAL = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
_FACTORS = {"": 1} | _BINARY | _DECIMAL
_MEMORY = re.compile(r"^(\d{1,15}(?:\.\d{1,6})?)\s*([KMGTP]i|[kKMGTP])?[bB]?$", re.ASCII)
_CPU = re.compile(r"^(\d{1,9}(?:\.\d{1,6})?)(?:\s*(m|cpu|cpus|cores?))?$", re.ASCII)


def parse_memory(text: str) -> int:
    """Return bytes of "512Mi", "2 GiB", "1.5G" or "1048576"; ValueError says what is accepted."""
    match = _MEMORY.match(text.strip())
    if not match:
        raise ValueError(f"“{text[:40]}” is not an amount of memory; write 512Mi or 2 GiB.")
    return int(Decimal(match[1]) * _FACTORS[match[2] or ""])


def parse_cpu(text: str) -> int:
    """Return thousandths of a core of "500m", "0.5" or "2 cores"; ValueError says how."""
    match = _CPU.match(text.strip().lower())
    if not match:
        raise ValueError(f"“{text[:40]}” is not an amount of CPU; write 500m or 0.5.")
    amount = Decimal(match[1])
    return int(amount if match[2] == "m" else amount * 1000)


def memory_quantity(value: int) -> str:
    """Return bytes as the shortest exact Kubernetes quantity: 536870912 -> "512Mi"."""
    for suffix, factor in reversed(_BINARY.items()):
        if value and value % factor == 0:
            return f"{value // factor}{suffix}"
    return str(value)


def cpu_quantity(milli: int) -> str:
    """Return thousandths of a core as a Kubernetes quantity: 500 -> "500m", 2000 -> "2"."""
    return str(milli // 1000) if milli % 1000 == 0 else f"{milli}m"


def show_memory(value: float) -> str:
    """Return bytes for a reader: 1610612736 -> "1.5 GiB"."""
    amount, unit = float(value), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if abs(amount) < 1024:
            break
        if unit != "PiB":
            amount /= 1024
    return f"{amount:.4g} {unit}" if unit != "B" else f"{int(amount)} B"


def show_cpu(milli: float) -> str:
    """Return thousandths of a core for a reader: 500 -> "0.5", 12 -> "0.012"."""
    return f"{milli / 1000:.3f}".rstrip("0").rstrip(".")
