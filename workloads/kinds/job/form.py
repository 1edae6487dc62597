"""Reads a Job as the API, the form and examples/*.json write it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from console.errors import Invalid
from workloads.kinds import fields
from workloads.kinds.reading import Reader
from workloads.kinds.spec import JobSpec

PRIORITIES = ("low", "normal", "high")
RESERVED_ENV = frozenset({"RANK", "WORKERS", "JOB_COMPLETION_INDEX"})
MAX_WORKERS = 100
MAX_RETRIES = 20
MAX_TIMEOUT = 30 * 86_400
_FRAMEWORK = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9. _+-]{0,38}[A-Za-z0-9+])?")


def parse(data: Mapping[str, Any]) -> JobSpec:
    """Return the spec; raises Invalid with every complaint by the path of its field."""
    reader = Reader(data) if isinstance(data, Mapping) else Reader({})
    command, args = fields.command(reader)
    spec = JobSpec(
        name=fields.name(reader),
        image=fields.image(reader),
        command=command,
        args=args,
        env=fields.env(reader, reserved=RESERVED_ENV),
        workers=reader.whole("workers", 1, least=1, most=MAX_WORKERS),
        framework=reader.matching(
            "framework", _FRAMEWORK, "Use letters, digits and “-”.", longest=40
        ),
        resources=fields.resources(reader),
        mounts=fields.mounts(reader),
        retries=reader.whole("retries", 0, least=0, most=MAX_RETRIES),
        timeout=reader.seconds("timeout", 0, most=MAX_TIMEOUT),
        priority=reader.choice("priority", PRIORITIES, "normal"),
    )
    reader.finish()
    if reader.complaints:
        raise Invalid(fields=reader.complaints)
    return spec
