"""One App or Job being written: as a form or as JSON, with what is wrong beside each field."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.http import QueryDict

from console.errors import Invalid
from workloads.forms.fields import GROUPS, Field, Group, fields_of
from workloads.forms.typed import (
    REST,
    ROWS,
    Errors,
    Pairs,
    Spec,
    Typed,
    spec_of,
    typed_of_post,
    typed_of_spec,
)

Mode = Literal["form", "json"]
MOST_JSON = 1_000_000
TEXT = "_json"
MODE = "_mode"
_PARTS = {"autoscale", "expose", "health"}


@dataclass(frozen=True, slots=True)
class Input:
    """One field with what stands in it."""

    field: Field
    value: str
    rows: Pairs
    errors: list[str]
    locked: bool = False
    has_focus: bool = False

    @property
    def id(self) -> str:
        """Return the DOM id."""
        return f"field-{self.field.path.replace('.', '-')}"

    @property
    def lines(self) -> int:
        """Return how many lines a textarea needs."""
        return min(12, self.value.count("\n") + 1)

    @property
    def options(self) -> list[str]:
        """Return the choices, and what was typed if it is none of them."""
        known = list(self.field.choices)
        return known if self.value in known or not self.value else [*known, self.value]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of the form; open when it is not folded or holds something worth seeing."""

    group: Group
    inputs: list[Input]
    is_on: bool

    @property
    def is_open(self) -> bool:
        """Return whether to show it unfolded."""
        used = any(each.rows for each in self.inputs)
        return not self.group.folded or self.is_on or used or self.has_errors

    @property
    def has_errors(self) -> bool:
        """Return whether something in it needs another value."""
        return any(each.errors for each in self.inputs)


@dataclass(slots=True)
class Editor:
    """The state of a create or edit page; nothing typed is lost between its requests."""

    kind: str
    mode: Mode = "form"
    typed: Typed = field(default_factory=lambda: Typed(""))
    text: str = ""
    errors: Errors = field(default_factory=dict)
    locked_name: str = ""

    @classmethod
    def of_spec(cls, kind: str, spec: Mapping[str, Any], *, locked_name: str = "") -> Editor:
        """Begin with a spec; as JSON when the form can't show all of it."""
        text = as_json(spec)
        try:
            return cls(kind, "form", typed_of_spec(kind, spec), text, locked_name=locked_name)
        except Invalid:
            return cls(kind, "json", Typed(kind), text, locked_name=locked_name)

    @classmethod
    def of_post(cls, kind: str, post: QueryDict, *, locked_name: str = "") -> Editor:
        """Take what a browser sent, from the form or from the JSON."""
        mode: Mode = "json" if post.get(MODE, "") == "json" else "form"
        editor = cls(
            kind, mode, typed_of_post(kind, post), post.get(TEXT, ""), locked_name=locked_name
        )
        if locked_name:
            editor.typed.texts["name"] = locked_name
        return editor

    def data(self) -> Spec:
        """Return the spec as written. Raises Invalid for what can't be read at all."""
        if self.mode == "json":
            return self._locked(parse_json(self.text))
        spec, errors = spec_of(self.typed)
        if errors:
            raise Invalid(fields=errors)
        return self._locked(spec)

    def readable(self) -> Spec:
        """Return as much of the spec as can be read."""
        if self.mode == "form":
            return spec_of(self.typed)[0]
        try:
            return parse_json(self.text)
        except Invalid:
            return {}

    def _locked(self, spec: Spec) -> Spec:
        """Return the spec with the name that can't be changed."""
        if not self.locked_name or spec.get("name", self.locked_name) == self.locked_name:
            return {"name": self.locked_name, **spec} if self.locked_name else spec
        raise Invalid(fields={"name": [f"The name “{self.locked_name}” can't be changed."]})

    def switched(self, mode: Mode) -> Editor:
        """Return the same in the other form; unchanged, with errors, if that can't show it."""
        try:
            data = self.data()
            typed = typed_of_spec(self.kind, data) if mode == "form" else self.typed
        except Invalid as error:
            self.errors = dict(error.fields)
            return self
        return Editor(self.kind, mode, typed, as_json(data), locked_name=self.locked_name)

    @property
    def sections(self) -> list[Section]:
        """Return the groups of the form with what stands in them."""
        return [self._section(group) for group in GROUPS[self.kind]]

    def _section(self, group: Group) -> Section:
        inputs = [self._input(each) for each in group.fields]
        changed = group.part in self.typed.parts if group.part else self._is_used(group)
        return Section(group, inputs, changed)

    def _is_used(self, group: Group) -> bool:
        """Return whether a folded group says more than the defaults."""
        if not group.folded:
            return True
        paths = {each.path for each in group.fields}
        part = Typed(self.kind, self.typed.texts, self.typed.rows, set(self.typed.parts), {})
        spec, _errors = spec_of(part)
        return any(_has(spec, path) for path in paths)

    def _input(self, each: Field) -> Input:
        rows = list(self.typed.rows.get(each.path, [])) if each.path in ROWS else []
        return Input(
            each,
            self.typed.texts.get(each.path, ""),
            rows,
            self._errors_of(each),
            locked=bool(self.locked_name) and each.path == "name",
            has_focus=each is self._focused,
        )

    def _errors_of(self, each: Field) -> list[str]:
        mine = [texts for path, texts in self.errors.items() if _belongs(path, each)]
        return [text for texts in mine for text in texts]

    @property
    def _focused(self) -> Field | None:
        """Return where to go on typing: at the first mistake, else at the name."""
        fields = fields_of(self.kind)
        wrong = next((each for each in fields if self._errors_of(each)), None)
        return wrong or (None if self.locked_name else fields[0])

    @property
    def other_errors(self) -> list[tuple[str, str]]:
        """Return what no field of the form can show beside it: all of them when it is JSON."""
        fields = fields_of(self.kind)
        return [
            (path, text)
            for path, texts in self.errors.items()
            if self.mode == "json" or not any(_belongs(path, each) for each in fields)
            for text in texts
        ]

    @property
    def draft_key(self) -> str:
        """Return a name for what is typed from here on: another once the server has seen it."""
        typed = self.typed
        seen = repr((self.text, typed.texts, typed.rows, sorted(typed.parts), typed.rest))
        return f"{self.mode}-{zlib.crc32(seen.encode()):x}"

    @property
    def rest(self) -> str:
        """Return the JSON of what the form has no field for, for its hidden input."""
        return json.dumps(self.typed.rest) if self.typed.rest else ""

    @property
    def rest_names(self) -> Iterable[str]:
        """Return the names of what the form has no field for."""
        return self.typed.rest.keys()

    @property
    def rest_field(self) -> str:
        """Return the name of the hidden input."""
        return REST


def as_json(spec: Mapping[str, Any]) -> str:
    """Return a spec as people edit it."""
    return json.dumps(spec, indent=2, ensure_ascii=False)


def parse_json(text: str) -> Spec:
    """Return the object that the text is. Raises Invalid with the line of the mistake."""
    if len(text) > MOST_JSON:
        raise Invalid(fields={TEXT: ["This is more than 1 MB of JSON."]})
    try:
        data = json.loads(text, object_pairs_hook=_no_doubles)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Invalid(fields={TEXT: [f"This is not JSON: {error.msg}, {where}."]}) from error
    except (ValueError, RecursionError) as error:
        raise Invalid(fields={TEXT: [f"This can't be read: {error}"]}) from error
    if not isinstance(data, dict):
        raise Invalid(fields={TEXT: ["Write one object, {…}, with the fields of the spec."]})
    return data


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice, of which JSON would silently keep the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _value in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"“{double[:40]}” stands twice in one object.")
    return found


def _belongs(path: str, each: Field) -> bool:
    """Return whether an error's path is this field's, or that of the part it stands for."""
    if path == each.path or path.startswith(f"{each.path}."):
        return True
    return path in _PARTS and each.path.startswith(f"{path}.")


def _has(spec: Spec, path: str) -> bool:
    value: Any = spec
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
