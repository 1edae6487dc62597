"""A spec goes through the form and comes back; nothing is dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from console.errors import Invalid
from workloads.forms.convert import DURATION, WORDS
from workloads.forms.fields import fields_of
from workloads.forms.typed import ROWS, Typed, spec_of, typed_of_post, typed_of_spec
from workloads.kinds.app import form as app_form
from workloads.kinds.job import form as job_form
from workloads.kinds.spec import to_dict

PARSE: dict[str, Any] = {"app": app_form.parse, "job": job_form.parse}


def post_of(typed: Typed) -> QueryDict:
    """Return what a browser sends of the inputs."""
    post = QueryDict(mutable=True)
    for path, text in typed.texts.items():
        post[path] = text.replace("\n", "\r\n")
    for path, (left, right) in ROWS.items():
        post.setlist(f"{path}.{left}", [pair[0] for pair in typed.rows[path]] + [""])
        post.setlist(f"{path}.{right}", [pair[1] for pair in typed.rows[path]] + [""])
    for part in typed.parts:
        post[part] = "on"
    post["_rest"] = json.dumps(typed.rest)
    return post


def through_the_form(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    again, errors = spec_of(typed_of_post(kind, post_of(typed_of_spec(kind, spec))))
    assert errors == {}
    return again


@pytest.mark.parametrize(("kind", "name"), [("job", "train"), ("app", "serve")])
def test_the_example_means_the_same_after_the_form(kind: str, name: str) -> None:
    path = settings.BASE_DIR / "examples" / "digits" / f"{name}.json"
    spec = json.loads(path.read_text())
    parse = PARSE[kind]
    assert to_dict(parse(through_the_form(kind, spec))) == to_dict(parse(spec))


FULL_APP = {
    "name": "web",
    "image": "team/web:1",
    "command": ["sh", "-c", "echo 'two words'\nexit 3"],
    "args": ["--a=b c", ""],
    "env": {"A": "1", "TEXT": "two\nlines"},
    "port": 9000,
    "autoscale": {"min": 2, "max": 5, "cpu": 60},
    "resources": {"cpu": "2", "memory": "1Gi", "gpu": {"count": 1, "model": "A100"}},
    "mounts": [{"volume": "data", "path": "/data"}, {"volume": "models", "path": "/models"}],
    "expose": {"host": "web.example.org", "path": "/x"},
    "health": {"path": "/healthz"},
}


def test_every_field_of_an_app_survives() -> None:
    assert through_the_form("app", FULL_APP) == FULL_APP


def test_every_field_of_a_job_survives() -> None:
    job = {
        "name": "train",
        "image": "team/train:1",
        "workers": 4,
        "framework": "PyTorch",
        "retries": 2,
        "timeout": 5400,
        "priority": "high",
    }
    assert through_the_form("job", job) == job


def test_a_part_that_is_on_with_defaults_stays_on() -> None:
    spec = {"name": "web", "image": "x", "health": {}}
    assert through_the_form("app", spec) == spec


def test_what_the_form_has_no_field_for_is_kept() -> None:
    spec = {
        "name": "web",
        "image": "x",
        "sidecar": {"image": "y"},
        "resources": {"cpu": "2", "gpu": {"count": 1, "vendor": "z"}},
    }
    assert through_the_form("app", spec) == spec


def test_autoscale_takes_the_place_of_replicas() -> None:
    typed = typed_of_spec("app", {"name": "web", "image": "x", "replicas": 3})
    typed.parts.add("autoscale")
    spec, errors = spec_of(typed)
    assert errors == {}
    assert "replicas" not in spec
    assert spec["autoscale"] == {}


@pytest.mark.parametrize(
    "spec",
    [
        {"command": "echo"},
        {"env": ["A"]},
        {"mounts": [{"volume": "data", "path": "/d", "readonly": True}]},
        {"replicas": "3"},
        {"resources": "big"},
    ],
)
def test_a_value_of_another_type_is_left_to_the_json(spec: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        typed_of_spec("app", {"name": "web", "image": "x", **spec})
    assert caught.value.fields


def test_what_can_not_be_read_is_told_beside_its_field() -> None:
    typed = typed_of_spec("job", {"name": "train", "image": "x"})
    typed.texts |= {"retries": "many", "command": "echo 'x", "timeout": "soon"}
    typed.rows["env"] = [("A", "1"), ("A", "2"), ("", "3")]
    _spec, errors = spec_of(typed)
    assert set(errors) == {"retries", "command", "timeout", "env.1", "env.2"}


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90m", 5400), ("2h", 7200), ("1d", 86_400), ("0", 0)]
)
def test_durations_are_read_and_shown(text: str, seconds: int) -> None:
    assert DURATION.read(text) == seconds
    assert DURATION.read(DURATION.show(seconds)) == seconds


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=5))
def test_any_command_comes_back_word_for_word(words: list[str]) -> None:
    assert WORDS.read(WORDS.show(words)) == words


def test_each_field_has_a_path_of_its_own() -> None:
    for kind in ("app", "job"):
        paths = [each.path for each in fields_of(kind)]
        assert len(paths) == len(set(paths))
