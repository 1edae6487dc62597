"""Reads an App as the API, the form and examples/*.json write it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from console.errors import Invalid
from workloads.kinds import fields
from workloads.kinds.reading import Reader
from workloads.kinds.spec import AppSpec, Autoscale, Expose, Health

RESERVED_ENV = frozenset({"PORT"})
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)
_EXPOSED_PATH = re.compile(r"/[A-Za-z0-9._~/-]*")
_HEALTH_PATH = re.compile(r"/[A-Za-z0-9._~/?&=%+,:@-]*")


def parse(data: Mapping[str, Any]) -> AppSpec:
    """Return the spec; raises Invalid with every complaint by the path of its field."""
    reader = Reader(data) if isinstance(data, Mapping) else Reader({})
    command, args = fields.command(reader)
    autoscale = _autoscale(reader)
    spec = AppSpec(
        name=fields.name(reader),
        image=fields.image(reader),
        command=command,
        args=args,
        env=fields.env(reader, reserved=RESERVED_ENV),
        port=reader.whole("port", 8080, least=1024, most=65_535),
        replicas=reader.whole("replicas", 1, least=1, most=fields.MAX_REPLICAS),
        autoscale=autoscale,
        resources=fields.resources(reader),
        mounts=fields.mounts(reader),
        expose=_expose(reader),
        health=_health(reader),
    )
    if autoscale and reader.has("replicas"):
        reader.complain("replicas", "Leave this out: autoscale decides the number of replicas.")
    reader.finish()
    if reader.complaints:
        raise Invalid(fields=reader.complaints)
    return spec


def _autoscale(reader: Reader) -> Autoscale | None:
    part = reader.nested("autoscale")
    if part is None:
        return None
    least = part.whole("min", 1, least=1, most=fields.MAX_REPLICAS)
    most = part.whole("max", least, least=1, most=fields.MAX_REPLICAS)
    if most < least:
        part.complain("max", f"Use at least the minimum, {least}, not {most}.")
    cpu = part.whole("cpu", 80, least=1, most=100)
    part.finish()
    return Autoscale(min=least, max=most, cpu=cpu)


def _expose(reader: Reader) -> Expose | None:
    part = reader.nested("expose")
    if part is None:
        return None
    host = part.matching("host", _HOST, "Write a DNS name, for instance digits.example.org.")
    path = part.matching("path", _EXPOSED_PATH, "Write a path, for instance /digits.", default="/")
    part.finish()
    if not host and path == "/" and not any(key.startswith("expose") for key in part.complaints):
        part.complain(
            "host", "Write a host, or a path of its own: “/” of every host can't be one App's."
        )
    return Expose(host=host, path=path)


def _health(reader: Reader) -> Health | None:
    part = reader.nested("health")
    if part is None:
        return None
    path = part.matching("path", _HEALTH_PATH, "Write a path, for instance /healthz.", default="/")
    part.finish()
    return Health(path=path)
