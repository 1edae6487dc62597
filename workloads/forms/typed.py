"""What a person typed into the form, kept as typed, and the spec it stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from django.http import QueryDict

from console.errors import Invalid
from workloads.forms.fields import Field, fields_of, parts_of
from workloads.kinds.spec import AppSpec, Autoscale, Expose, Health, JobSpec

Spec = dict[str, Any]
Errors = dict[str, list[str]]
Pairs = list[tuple[str, str]]

REST = "_rest"
ROWS = {"env": ("key", "value"), "mounts": ("volume", "path")}
_STRUCTS: dict[str, type[msgspec.Struct]] = {"job": JobSpec, "app": AppSpec}
_PARTS: dict[str, msgspec.Struct] = {
    "autoscale": Autoscale(),
    "expose": Expose(),
    "health": Health(),
}
_NOT_FORM = "The form can't show this value; edit it as JSON."


@dataclass(slots=True)
class Typed:
    """The form's inputs as text; `rest` holds what a spec has and the form has no field for."""

    kind: str
    texts: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Pairs] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    rest: Spec = field(default_factory=dict)


def default_at(kind: str, path: str) -> Any:
    """Return what a spec has at a path when nothing is said there; "" if something must be."""
    first, *others = path.split(".")
    info = next(info for info in msgspec.structs.fields(_STRUCTS[kind]) if info.name == first)
    value = _PARTS.get(first, info.default)
    for key in others:
        value = getattr(value, key)
    return "" if value is msgspec.NODEFAULT else value


def typed_of_spec(kind: str, spec: Mapping[str, Any]) -> Typed:
    """Return the inputs that show a spec. Raises Invalid for values of another type."""
    typed = Typed(kind, rest=deepcopy(dict(spec)))
    errors: Errors = {}
    for each in fields_of(kind):
        try:
            _show(typed, each, spec)
        except ValueError as error:
            errors[each.path] = [str(error)]
    if errors:
        raise Invalid("The form can't show some values of this spec.", fields=errors)
    return typed


def _show(typed: Typed, each: Field, spec: Mapping[str, Any]) -> None:
    """Fill one input from the spec, or with the default."""
    part = each.path.partition(".")[0]
    if part in parts_of(typed.kind) and spec.get(part) is not None:
        typed.parts.add(part)
    value = _at(spec, each.path)
    if each.path in ROWS:
        typed.rows[each.path] = _show_rows(each.path, value)
    else:
        value = default_at(typed.kind, each.path) if value is None else value
        typed.texts[each.path] = each.converter.show(value)
    _take(typed.rest, each.path)
    if part in typed.parts and not typed.rest.get(part):
        typed.rest.pop(part, None)


def _show_rows(path: str, value: Any) -> Pairs:
    """Return `env` or `mounts` as rows of two texts."""
    if value is None:
        return []
    if path == "env" and isinstance(value, Mapping):
        pairs = list(value.items())
    elif path == "mounts" and isinstance(value, (list, tuple)):
        pairs = [_mount_row(item) for item in value]
    else:
        raise ValueError(_NOT_FORM)
    if not all(isinstance(text, str) for pair in pairs for text in pair):
        raise ValueError(_NOT_FORM)
    return pairs


def _mount_row(item: Any) -> tuple[Any, Any]:
    if not isinstance(item, Mapping) or set(item) != {"volume", "path"}:
        raise ValueError(_NOT_FORM)
    return item["volume"], item["path"]


def typed_of_post(kind: str, post: QueryDict) -> Typed:
    """Return the inputs as a browser sent them, rows that are empty left out."""
    rows = {}
    for path, (left, right) in ROWS.items():
        lefts, rights = post.getlist(f"{path}.{left}"), post.getlist(f"{path}.{right}")
        pairs = zip(lefts, rights, strict=False)
        rows[path] = [(key.strip(), text) for key, text in pairs if key.strip() or text.strip()]
    return Typed(
        kind,
        # Browsers send line feeds of a textarea as CR LF.
        texts={
            each.path: post.get(each.path, "").replace("\r\n", "\n")
            for each in fields_of(kind)
            if each.path not in ROWS
        },
        rows=rows,
        parts={part for part in parts_of(kind) if post.get(part)},
        rest=_read_rest(post.get(REST, "")),
    )


def _read_rest(text: str) -> Spec:
    try:
        rest = json.loads(text or "{}")
    except ValueError:
        return {}
    return rest if isinstance(rest, dict) else {}


def spec_of(typed: Typed) -> tuple[Spec, Errors]:
    """Return the spec that the inputs stand for, and what could not be read by path."""
    spec: Spec = {}
    errors: Errors = {}
    off = parts_of(typed.kind) - typed.parts
    spec.update({part: {} for part in parts_of(typed.kind) & typed.parts})
    for each in fields_of(typed.kind):
        if each.path in ROWS:
            _read_rows(spec, errors, each.path, typed.rows.get(each.path, []))
        elif each.path.partition(".")[0] not in off and not _is_overruled(typed, each.path):
            _read(spec, errors, each, typed)
    _merge(spec, typed.rest)
    known = _STRUCTS[typed.kind].__struct_fields__
    return {key: spec[key] for key in sorted(spec, key=partial(_place, known))}, errors


def _place(known: tuple[str, ...], key: str) -> int:
    """Return where a key stands in the documentation; unknown ones come last."""
    return known.index(key) if key in known else len(known)


def _is_overruled(typed: Typed, path: str) -> bool:
    """Return whether another input decides instead: autoscale takes the place of replicas."""
    return path == "replicas" and "autoscale" in typed.parts


def _read(spec: Spec, errors: Errors, each: Field, typed: Typed) -> None:
    """Put one input into the spec unless it says what is the case anyway."""
    text = typed.texts.get(each.path, "")
    if not text.strip():
        return
    try:
        value = each.converter.read(text)
    except ValueError as error:
        errors[each.path] = [str(error)]
        return
    default = default_at(typed.kind, each.path)
    if value != (list(default) if isinstance(default, tuple) else default):
        _put(spec, each.path, value)


def _read_rows(spec: Spec, errors: Errors, path: str, pairs: Pairs) -> None:
    if not pairs:
        return
    if path == "mounts":
        spec[path] = [{"volume": volume, "path": place.strip()} for volume, place in pairs]
        return
    spec[path] = {key: text.replace("\r\n", "\n") for key, text in pairs}
    for index, (key, _text) in enumerate(pairs):
        if not key:
            errors[f"env.{index}"] = ["A variable needs a name."]
        elif key in [earlier for earlier, _ in pairs[:index]]:
            errors[f"env.{index}"] = [f"“{key[:40]}” is set twice."]


def _at(spec: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path, None if there is none; ValueError under no object."""
    value: Any = spec
    for key in path.split("."):
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise ValueError(_NOT_FORM)
        value = value.get(key)
    return value


def _put(spec: Spec, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for key in parents:
        spec = spec.setdefault(key, {})
    spec[last] = value


def _take(spec: Spec, path: str) -> None:
    """Remove the value at a path, and parents that are empty then."""
    first, _, others = path.partition(".")
    if not others:
        spec.pop(first, None)
    elif isinstance(parent := spec.get(first), dict):
        _take(parent, others)
        if not parent:
            del spec[first]


def _merge(spec: Spec, rest: Mapping[str, Any]) -> None:
    """Add what the form has no field for; a field's own value wins."""
    for key, value in rest.items():
        if isinstance(value, dict) and isinstance(spec.get(key), dict):
            _merge(spec[key], value)
        else:
            spec.setdefault(key, value)
