"""What the embedded cluster accepts: the rules of the Kubernetes API that people run into. Pure.

Every refusal is one sentence that names the object, the field and what is wrong with it.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from console.cluster.errors import Invalid
from console.cluster.local.pod_validation import check_template
from console.cluster.objects import KINDS, Kind, Manifest

MOST_BYTES = 2**20
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
LABEL_NAME = re.compile(r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
# Names that become part of a host name or a variable are shorter.
_SHORT_NAMES = {"Namespace", "Service"}


def checked(manifest: Any) -> tuple[Kind, Manifest]:
    """Return the kind and a copy of a manifest that can be stored. Raises Invalid."""
    copy = _plain(manifest)
    kind = KINDS.get(str(copy.get("kind")))
    if kind is None:
        raise Invalid(f"This cluster knows no kind “{str(copy.get('kind'))[:60]}”.")
    if copy.get("apiVersion") != kind.api_version:
        raise Invalid(
            f"{kind.name} is of apiVersion {kind.api_version}, "
            f"not “{str(copy.get('apiVersion'))[:60]}”."
        )
    _check_metadata(kind, copy)
    try:
        _check_spec(kind, copy)
        msgspec.convert(copy, kind.struct, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise Invalid(f"{kind.name} “{copy['metadata']['name']}” is not valid: {error}") from error
    return kind, copy


def check_change(old: Manifest, new: Manifest) -> None:
    """Refuse to change what Kubernetes lets nobody change. Raises Invalid."""
    kind = old["kind"]
    fixed = {"Job": ("selector", "template", "completionMode"), "Deployment": ("selector",)}
    for field in fixed.get(kind, ()):
        if _part(old, "spec").get(field) != _part(new, "spec").get(field):
            raise Invalid(
                f"{kind} “{old['metadata']['name']}” is not valid: spec.{field} can't be changed."
            )
    if kind == "Pod" and old["spec"] != new["spec"]:
        raise Invalid(f"Pod “{old['metadata']['name']}” is not valid: spec can't be changed.")


def _plain(manifest: Any) -> Manifest:
    """Return a copy made of JSON values only."""
    try:
        encoded = msgspec.json.encode(manifest)
        copy = msgspec.json.decode(encoded)
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(f"The manifest is not JSON: {error}") from error
    if not isinstance(copy, dict):
        raise Invalid("A manifest is an object with apiVersion, kind and metadata.")
    if len(encoded) > MOST_BYTES:
        raise Invalid(f"The manifest has {len(encoded)} bytes; {MOST_BYTES} are allowed.")
    return copy


def _check_metadata(kind: Kind, manifest: Manifest) -> None:
    metadata = manifest.get("metadata")
    if not isinstance(metadata, dict) or not metadata.get("name"):
        raise Invalid(f"{kind.name}: metadata.name is required.")
    name = metadata["name"]
    short = kind.name in _SHORT_NAMES
    if (
        not isinstance(name, str)
        or not (LABEL if short else SUBDOMAIN).fullmatch(name)
        or len(name) > (63 if short else 253)
    ):
        raise Invalid(
            f"{kind.name}: “{str(name)[:80]}” is not a name; use lower case letters, "
            "digits and “-”, and begin and end with a letter or digit."
        )
    namespace = metadata.get("namespace")
    if kind.namespaced and not (isinstance(namespace, str) and LABEL.fullmatch(namespace)):
        raise Invalid(f"{kind.name} “{name}”: metadata.namespace is required.")
    if not kind.namespaced and namespace:
        raise Invalid(f"{kind.name} “{name}” belongs to no Namespace.")
    _check_labels(kind, name, metadata)


def _check_labels(kind: Kind, name: str, metadata: Manifest) -> None:
    for field in ("labels", "annotations"):
        pairs = metadata.get(field) or {}
        if not isinstance(pairs, dict) or not all(isinstance(v, str) for v in pairs.values()):
            raise Invalid(f"{kind.name} “{name}”: metadata.{field} must map names to texts.")
        bad = next((label for label in pairs if not LABEL_NAME.fullmatch(label)), None)
        if bad is not None:
            raise Invalid(f"{kind.name} “{name}”: “{bad[:80]}” is not a name in metadata.{field}.")
    for label, value in (metadata.get("labels") or {}).items():
        if not LABEL_VALUE.fullmatch(value):
            raise Invalid(
                f"{kind.name} “{name}”: label {label} can't be “{value[:80]}”; "
                "use at most 63 letters, digits, “-”, “_” and “.”."
            )


def _check_spec(kind: Kind, manifest: Manifest) -> None:
    """Raise ValueError for a spec that the kind can't have."""
    check = {
        "Pod": _check_pod,
        "Deployment": _check_deployment,
        "ReplicaSet": _check_deployment,
        "Job": _check_job,
        "Service": _check_service,
    }.get(kind.name)
    if check:
        check(_required(manifest, "spec"))
    if kind.name in {"ConfigMap", "Secret"}:
        for field in ("data", "stringData"):
            if not all(isinstance(v, str) for v in _part(manifest, field).values()):
                raise ValueError(f"{field} must map names to texts.")


def _check_pod(spec: Manifest) -> None:
    check_template(spec, {"Always", "OnFailure", "Never"})


def _check_deployment(spec: Manifest) -> None:
    template = _required(spec, "template", "spec.")
    labels = _part(_part(template, "metadata"), "labels")
    wanted = _part(_required(spec, "selector", "spec."), "matchLabels")
    if not wanted:
        raise ValueError("spec.selector.matchLabels is required.")
    if any(labels.get(name) != value for name, value in wanted.items()):
        raise ValueError("spec.selector does not match the labels of spec.template.")
    _check_count(spec, "replicas")
    _check_count(spec, "revisionHistoryLimit")
    check_template(_required(template, "spec", "spec.template."), {"Always"})


def _check_job(spec: Manifest) -> None:
    template = _required(spec, "template", "spec.")
    pod = _required(template, "spec", "spec.template.")
    if pod.get("restartPolicy") not in {"OnFailure", "Never"}:
        raise ValueError("spec.template.spec.restartPolicy must be OnFailure or Never.")
    for field in ("completions", "parallelism", "backoffLimit", "activeDeadlineSeconds"):
        _check_count(spec, field)
    if spec.get("completionMode") == "Indexed" and spec.get("completions") is None:
        raise ValueError("spec.completions is required when spec.completionMode is Indexed.")
    check_template(pod, {"OnFailure", "Never"})


def _check_service(spec: Manifest) -> None:
    ports = spec.get("ports")
    if not isinstance(ports, list) or not ports:
        raise ValueError("spec.ports is required.")
    for port in ports:
        number = port.get("port") if isinstance(port, dict) else None
        if not isinstance(number, int) or not 0 < number < 65536:
            raise ValueError("spec.ports[].port must be from 1 to 65535.")
        if port.get("protocol", "TCP") != "TCP":
            raise ValueError("spec.ports[].protocol must be TCP on this cluster.")
    _part(spec, "selector")


def _check_count(spec: Manifest, field: str) -> None:
    value = spec.get(field)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise ValueError(f"spec.{field} must be a whole number, 0 or more.")


def _required(manifest: Manifest, field: str, path: str = "") -> Manifest:
    if not manifest.get(field):
        raise ValueError(f"{path}{field} is required.")
    return _part(manifest, field)


def _part(manifest: Manifest, field: str) -> Manifest:
    value = manifest.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{field} must be an object.")
    return value
