"""The environment of a container, built from nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from console.cluster.local.resources import amount, cpu_cores
from console.cluster.objects import Manifest

_REFERENCE = re.compile(r"\$\$|\$\(([-._a-zA-Z][-._a-zA-Z0-9]*)\)")

Lookup = Callable[[str, str], Mapping[str, str] | None]


class ConfigError(Exception):
    """Something that the environment names does not exist; the message is Kubernetes'."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where values come from: `lookup(kind, name)` returns the data of a Secret or ConfigMap."""

    pod: Manifest
    lookup: Lookup
    ports: Mapping[int, int] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    rewrite: Callable[[str], str] = str


def build(container: Manifest, base: Mapping[str, str], sources: Sources) -> dict[str, str]:
    """Return the variables of a container. Raises ConfigError."""
    variables = {**base, **sources.services}
    for source in container.get("envFrom") or ():
        variables |= _all_of(source, sources)
    for entry in container.get("env") or ():
        value = _value(entry, container, sources, variables)
        if value is not None:
            variables[entry["name"]] = value
    port = variables.get("PORT", "")
    if port.isascii() and port.isdigit() and int(port) in sources.ports:
        # The replica listens on a port of its own; the manifest's is the same for all.
        variables["PORT"] = str(sources.ports[int(port)])
    return variables


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """Return a text with $(NAME) replaced; $$ stands for $, unknown names stay."""

    def one(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return variables.get(match[1], match[0])

    return _REFERENCE.sub(one, text)


def service_variables(services: Iterable[tuple[str, str, int]]) -> dict[str, str]:
    """Return <NAME>_SERVICE_HOST and _PORT of (name, host, port); a name's first port counts."""
    variables: dict[str, str] = {}
    for name, host, port in services:
        stem = re.sub(r"[^A-Z0-9]", "_", name.upper())
        variables.setdefault(f"{stem}_SERVICE_HOST", host)
        variables.setdefault(f"{stem}_SERVICE_PORT", str(port))
    return variables


def _value(
    entry: Manifest, container: Manifest, sources: Sources, variables: Mapping[str, str]
) -> str | None:
    source = entry.get("valueFrom")
    if not source:
        return expanded(sources.rewrite(entry.get("value", "")), variables)
    if "fieldRef" in source:
        return _field(source["fieldRef"].get("fieldPath", ""), sources.pod)
    if "resourceFieldRef" in source:
        return _resource(source["resourceFieldRef"].get("resource", ""), container)
    kind = "Secret" if "secretKeyRef" in source else "ConfigMap"
    reference = source.get("secretKeyRef") or source.get("configMapKeyRef") or {}
    return _key(kind, reference, sources)


def _key(kind: str, reference: Manifest, sources: Sources) -> str | None:
    name, key = reference.get("name", ""), reference.get("key", "")
    data = sources.lookup(kind, name)
    if data is not None and key in data:
        return sources.rewrite(data[key])
    if reference.get("optional"):
        return None
    if data is None:
        raise ConfigError(f'{kind.lower()} "{name}" not found')
    raise ConfigError(f"couldn't find key {key} in {kind} {_place(sources.pod)}/{name}")


def _all_of(source: Manifest, sources: Sources) -> dict[str, str]:
    kind = "Secret" if "secretRef" in source else "ConfigMap"
    reference = source.get("secretRef") or source.get("configMapRef") or {}
    data = sources.lookup(kind, reference.get("name", ""))
    if data is None and not reference.get("optional"):
        raise ConfigError(f'{kind.lower()} "{reference.get("name", "")}" not found')
    prefix = source.get("prefix", "")
    return {prefix + key: sources.rewrite(value) for key, value in (data or {}).items()}


def _field(path: str, pod: Manifest) -> str:
    """Return a field of the downward API."""
    metadata = pod["metadata"]
    labelled = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path)
    if labelled:
        return str(metadata.get(labelled[1], {}).get(labelled[2], ""))
    values = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata["namespace"],
        "metadata.uid": metadata["uid"],
        "spec.nodeName": pod["spec"].get("nodeName", ""),
        "spec.serviceAccountName": pod["spec"].get("serviceAccountName", "default"),
        "status.podIP": "127.0.0.1",
        "status.hostIP": "127.0.0.1",
    }
    if path not in values:
        raise ConfigError(f"field label not supported: {path}")
    return str(values[path])


def _resource(path: str, container: Manifest) -> str:
    """Return a request or limit in whole cores or bytes."""
    part, _, name = path.partition(".")
    resources = container.get("resources") or {}
    found = (resources.get(part) or {}).get(name)
    if found is None:
        raise ConfigError(f"resource {path} is not set")
    return str(cpu_cores(found) if name == "cpu" else amount(name, found))


def _place(pod: Manifest) -> str:
    return str(pod["metadata"]["namespace"])
