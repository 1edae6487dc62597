"""What a pod template may say. Pure; raises ValueError with a sentence."""

from __future__ import annotations

import re
from typing import Any

from console.cluster.local.resources import PRIORITIES, amount
from console.cluster.objects import Manifest

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_VARIABLE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
VOLUME_SOURCES = ("persistentVolumeClaim", "emptyDir", "configMap", "secret")
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
HANDLERS = ("httpGet", "tcpSocket", "exec")


def check_template(spec: Manifest, policies: set[str]) -> None:
    """Check the spec of a pod; `policies` are the restart policies its kind allows."""
    if spec.get("restartPolicy", "Always") not in policies:
        raise ValueError(f"spec.restartPolicy must be {' or '.join(sorted(policies))}.")
    priority = spec.get("priorityClassName", "")
    if priority not in PRIORITIES:
        raise ValueError(f"no PriorityClass with name {str(priority)[:60]} was found.")
    volumes = _check_volumes(spec)
    containers = _objects(spec, "containers")
    if not containers:
        raise ValueError("spec.containers is required.")
    names: set[str] = set()
    for container in [*_objects(spec, "initContainers"), *containers]:
        _check_container(container, volumes)
        if container["name"] in names:
            raise ValueError(f"two containers are called “{container['name']}”.")
        names.add(container["name"])


def _check_volumes(spec: Manifest) -> set[str]:
    names: set[str] = set()
    for volume in _objects(spec, "volumes"):
        name = volume.get("name")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError("spec.volumes[].name is required.")
        if not any(isinstance(volume.get(source), dict) for source in VOLUME_SOURCES):
            raise ValueError(
                f"volume “{name}” must be one of {', '.join(VOLUME_SOURCES)} on this cluster."
            )
        claim = (volume.get("persistentVolumeClaim") or {"claimName": name}).get("claimName")
        if not isinstance(claim, str) or not re.fullmatch(r"[a-z0-9][-.a-z0-9]*", claim):
            raise ValueError(f"volume “{name}” names no claim.")
        names.add(name)
    return names


def _check_container(container: Manifest, volumes: set[str]) -> None:
    name = container.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError("spec.containers[].name is required: lower case letters, digits and “-”.")
    if not container.get("image") or not isinstance(container["image"], str):
        raise ValueError(f"container “{name}” needs an image.")
    for field in ("command", "args"):
        if not all(isinstance(word, str) and "\0" not in word for word in _list(container, field)):
            raise ValueError(f"container “{name}”: {field} must be a list of texts.")
    if container.get("lifecycle"):
        raise ValueError(f"container “{name}”: lifecycle hooks are not run by this cluster.")
    _check_variables(name, container)
    _check_mounts(name, container, volumes)
    _check_resources(name, container.get("resources") or {})
    for port in _objects(container, "ports"):
        _check_port(name, port.get("containerPort"))
    for probe in PROBES:
        if container.get(probe) is not None:
            _check_probe(name, probe, container[probe])


def _check_variables(name: str, container: Manifest) -> None:
    for variable in _objects(container, "env"):
        if not _VARIABLE.fullmatch(str(variable.get("name", ""))):
            raise ValueError(
                f"container “{name}”: “{str(variable.get('name'))[:60]}” is not a variable's name."
            )
        value = variable.get("value", "")
        if not isinstance(value, str) or "\0" in value:
            raise ValueError(f"container “{name}”: the value of {variable['name']} must be a text.")


def _check_mounts(name: str, container: Manifest, volumes: set[str]) -> None:
    seen: set[str] = set()
    for mount in _objects(container, "volumeMounts"):
        path = mount.get("mountPath")
        if not isinstance(path, str) or not _is_mountable(path):
            raise ValueError(
                f"container “{name}”: “{str(path)[:80]}” is no mount path; write one like /data."
            )
        if mount.get("name") not in volumes:
            raise ValueError(
                f"container “{name}” mounts “{mount.get('name')}”, which is no volume."
            )
        if path.rstrip("/") in seen:
            raise ValueError(f"container “{name}” mounts two volumes at {path}.")
        seen.add(path.rstrip("/"))
        inside = mount.get("subPath", "")
        if not isinstance(inside, str) or inside.startswith("/") or ".." in inside.split("/"):
            raise ValueError(f"container “{name}”: subPath must stay inside the volume.")


def _is_mountable(path: str) -> bool:
    parts = path.strip("/").split("/")
    return (
        path.startswith("/")
        and all(part not in {"", ".", ".."} for part in parts)
        and not re.search(r"[\0:\n]", path)
    )


def _check_resources(name: str, resources: Any) -> None:
    if not isinstance(resources, dict):
        raise ValueError(f"container “{name}”: resources must be an object.")
    for field in ("requests", "limits"):
        for resource, quantity in (resources.get(field) or {}).items():
            try:
                amount(resource, quantity)
            except ValueError as error:
                raise ValueError(f"container “{name}”: {field}.{resource}: {error}") from error
    for resource, most in (resources.get("limits") or {}).items():
        wanted = (resources.get("requests") or {}).get(resource, most)
        if amount(resource, wanted) > amount(resource, most):
            raise ValueError(f"container “{name}” requests more {resource} than its limit.")


def _check_port(name: str, port: Any) -> None:
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise ValueError(f"container “{name}”: containerPort must be from 1 to 65535.")


def _check_probe(name: str, field: str, probe: Any) -> None:
    if not isinstance(probe, dict):
        raise ValueError(f"container “{name}”: {field} must be an object.")
    if sum(isinstance(probe.get(handler), dict) for handler in HANDLERS) != 1:
        raise ValueError(f"container “{name}”: {field} needs one of {', '.join(HANDLERS)}.")
    if "exec" in probe and not _list(probe["exec"], "command"):
        raise ValueError(f"container “{name}”: {field}.exec.command is required.")


def _objects(manifest: Manifest, field: str) -> list[Manifest]:
    items = _list(manifest, field)
    if not all(isinstance(item, dict) for item in items):
        raise ValueError(f"spec.{field} must be a list of objects.")
    return items


def _list(manifest: Manifest, field: str) -> list[Any]:
    items = manifest.get(field) or []
    if not isinstance(items, list):
        raise ValueError(f"spec.{field} must be a list.")
    return items
