"""What users may write, and what they are told when they may not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.errors import Invalid
from workloads.kinds.app import form as app_form
from workloads.kinds.job import form as job_form
from workloads.kinds.spec import (
    AppSpec,
    Autoscale,
    Expose,
    Gpu,
    Health,
    JobSpec,
    Mount,
    Resources,
    app_spec,
    job_spec,
    to_dict,
)

EXAMPLES = Path(__file__).parents[3] / "examples"


def job(**fields: Any) -> dict[str, Any]:
    return {"name": "train", "image": "team/train:1", **fields}


def app(**fields: Any) -> dict[str, Any]:
    return {"name": "web", "image": "team/web:1", **fields}


def complaints(parse: Any, data: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as caught:
        parse(data)
    return dict(caught.value.fields)


def test_a_whole_job() -> None:
    spec = job_form.parse(
        job(
            command="python train.py --name 'two words'",
            args=["--epochs", 20],
            env={"RATE": 0.5, "NAME": "x"},
            workers="2",
            framework="scikit-learn",
            resources={
                "cpu": 0.5,
                "memory": "2 GiB",
                "gpu": {"count": 1, "model": "NVIDIA-A100", "memory": "40 GiB"},
            },
            mounts=[{"volume": "data", "path": "/data/./in/"}],
            retries=3,
            timeout="2 h",
            priority="High",
        )
    )
    assert spec == JobSpec(
        name="train",
        image="team/train:1",
        command=("python", "train.py", "--name", "two words"),
        args=("--epochs", "20"),
        env={"RATE": "0.5", "NAME": "x"},
        workers=2,
        framework="scikit-learn",
        resources=Resources("500m", "2Gi", Gpu(1, "NVIDIA-A100", "40Gi")),
        mounts=(Mount("data", "/data/in"),),
        retries=3,
        timeout=7200,
        priority="high",
    )


def test_a_whole_app() -> None:
    spec = app_form.parse(
        app(
            port=9000,
            autoscale={"min": 2, "max": "4", "cpu": 70},
            resources={"memory": 536_870_912},
            expose={"host": "web.example.org", "path": "/v1"},
            health={"path": "/healthz?deep=1"},
            command=None,
        )
    )
    assert spec == AppSpec(
        name="web",
        image="team/web:1",
        port=9000,
        autoscale=Autoscale(2, 4, 70),
        expose=Expose("web.example.org", "/v1"),
        health=Health("/healthz?deep=1"),
    )


def test_least_that_is_needed_and_its_canonical_form() -> None:
    assert to_dict(job_form.parse(job())) == job(resources={"cpu": "500m", "memory": "512Mi"})
    assert to_dict(app_form.parse(app())) == app(
        port=8080, replicas=1, resources={"cpu": "500m", "memory": "512Mi"}
    )


def test_all_complaints_come_at_once() -> None:
    found = complaints(
        app_form.parse,
        {
            "image": "no spaces please",
            "colour": "red",
            "replicas": 0,
            "env": {"A-B": "1", "PORT": "80", "MOONBASE_NODE": "x", "LIST": [1]},
            "resources": {"cpu": "lots", "memory": "1 KiB", "disk": 3},
            "mounts": [{"volume": "Data", "path": "data"}, "x"],
            "autoscale": {"min": 3, "max": 2},
            "expose": {},
        },
    )
    assert set(found) == {
        "name",
        "image",
        "colour",
        "replicas",
        "env.A-B",
        "env.PORT",
        "env.MOONBASE_NODE",
        "env.LIST",
        "resources.cpu",
        "resources.memory",
        "resources.disk",
        "mounts.0.volume",
        "mounts.0.path",
        "mounts.1",
        "autoscale.max",
        "expose.host",
    }
    assert found["autoscale.max"] == ["Use at least the minimum, 3, not 2."]
    assert found["resources.memory"] == ["Use at least 4Mi, not 1 KiB."]
    assert found["name"] == ["This is needed."]


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"name": "Train"}, "name", "lower-case"),
        ({"name": "a" * 41}, "name", "lower-case"),
        ({"image": "x\n"}, None, ""),
        ({"image": "x y"}, "image", "registry/name:tag"),
        ({"command": "'open"}, "command", "not closed"),
        ({"command": ["x" * 65_537]}, "command", "the limit is 64 KiB"),
        ({"command": "x" * 65_537}, "command", "64 KiB"),
        ({"command": ["a"] * 501}, "command", "at most 500"),
        ({"command": ["a\0b"]}, "command.0", "NUL"),
        ({"command": ["\ud800"]}, "command.0", "Unicode"),
        ({"command": {"a": 1}}, "command", "list of texts"),
        ({"command": [["x"]]}, "command.0", "Write a text"),
        ({"env": {f"A{n}": "" for n in range(201)}}, "env", "at most 200"),
        ({"env": {"A": "x" * 32_769}}, "env.A", "32 KiB"),
        ({"env": {f"A{n}": "x" * 32_768 for n in range(9)}}, "env", "256 KiB"),
        ({"env": {"A": True}}, "env.A", "Write a text"),
        ({"env": []}, "env", "object"),
        (
            {"mounts": [{"volume": "a", "path": f"/m{n}"} for n in range(21)]},
            "mounts",
            "at most 20",
        ),
        ({"mounts": [{"volume": "a", "path": "/"}]}, "mounts.0.path", "whole file system"),
        ({"mounts": [{"volume": "a", "path": "//"}]}, "mounts.0.path", "whole file system"),
        ({"mounts": [{"volume": "a", "path": "/a/../../etc"}]}, "mounts.0.path", "go up"),
        ({"mounts": [{"volume": "a", "path": "/etc/x"}]}, "mounts.0.path", "can't cover"),
        ({"mounts": [{"volume": "a", "path": "/a b"}]}, "mounts.0.path", "absolute path"),
        ({"mounts": [{"volume": "a"}]}, "mounts.0.path", "needed"),
        (
            {"mounts": [{"volume": "a", "path": "/d"}, {"volume": "b", "path": "/d/"}]},
            "mounts.1.path",
            "already",
        ),
        (
            {"mounts": [{"volume": "a", "path": "/d"}, {"volume": "b", "path": "/d/e"}]},
            "mounts.1.path",
            "inside another",
        ),
        ({"resources": {"gpu": {"model": "A100"}}}, "resources.gpu.count", "at least 1 GPU"),
        ({"resources": {"gpu": {"count": 1, "model": "a b"}}}, "resources.gpu.model", "node label"),
        ({"resources": {"cpu": "1e3"}}, "resources.cpu", "500m or 0.5"),
        ({"resources": {"cpu": float("nan")}}, "resources.cpu", "500m or 0.5"),
        ({"resources": {"cpu": 10**30}}, "resources.cpu", "500m or 0.5"),
        ({"resources": {"cpu": True}}, "resources.cpu", "unit"),
        ({"resources": 3}, "resources", "object"),
        ({"retries": 21}, "retries", "at most 20"),
        ({"retries": 1.5}, "retries", "whole number"),
        ({"retries": 10**40}, "retries", "at most 20"),
        ({"timeout": "soon"}, "timeout", "duration"),
        ({"timeout": "31 days"}, "timeout", "30 days"),
        ({"priority": "urgent"}, "priority", "low, normal, high"),
        ({"workers": 101}, "workers", "at most 100"),
        ({"replicas": 2}, "replicas", "no such field"),
    ],
)
def test_a_job_that_can_not_be_taken(fields: dict[str, Any], path: str | None, words: str) -> None:
    if path is None:
        assert job_form.parse(job(**fields))
        return
    found = complaints(job_form.parse, job(**fields))
    assert set(found) == {path}
    assert words in found[path][0]


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"port": 80}, "port", "at least 1,024"),
        ({"port": "http"}, "port", "whole number"),
        ({"replicas": True}, "replicas", "whole number"),
        ({"replicas": 2, "autoscale": {"min": 1, "max": 2}}, "replicas", "autoscale decides"),
        ({"expose": {"host": "UP.example"}}, "expose.host", "DNS name"),
        ({"expose": {"host": "a.example", "path": "x"}}, "expose.path", "path"),
        ({"health": {"path": "/a b"}}, "health.path", "path"),
        ({"health": "yes"}, "health", "object"),
        ({"mounts": {"volume": "a"}}, "mounts", "list"),
    ],
)
def test_an_app_that_can_not_be_taken(fields: dict[str, Any], path: str, words: str) -> None:
    found = complaints(app_form.parse, app(**fields))
    assert set(found) == {path}
    assert words in found[path][0]


def test_a_gpu_may_be_a_number() -> None:
    spec = job_form.parse(job(resources={"gpu": 2}))
    assert spec.resources.gpu == Gpu(count=2)


def test_the_shipped_examples_are_taken() -> None:
    assert job_form.parse(json.loads((EXAMPLES / "digits/train.json").read_text())).timeout == 600
    assert app_form.parse(json.loads((EXAMPLES / "digits/serve.json").read_text())).replicas == 2


names = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
resources = st.builds(
    lambda cpu, memory, count: {"cpu": cpu, "memory": memory, "gpu": {"count": count}},
    st.one_of(st.integers(1, 900), st.sampled_from(["10m", "0.25", "3 cores"])),
    st.sampled_from(["5Mi", "1.5 GiB", "3000000000", 2**30]),
    st.integers(0, 8),
)
common: dict[str, st.SearchStrategy[Any]] = {
    "name": names,
    "image": st.sampled_from(["a", "registry.local:5000/a/b:1", "a@sha256:00ff"]),
    "command": st.lists(words, max_size=4),
    "args": st.lists(words, max_size=4),
    "env": st.dictionaries(st.from_regex(r"[A-LN-O_][A-Z0-9_]{0,5}X", fullmatch=True), words),
    "resources": resources,
    "mounts": st.lists(
        names.flatmap(lambda name: st.just({"volume": name, "path": f"/mnt/{name}"})),
        unique_by=lambda mount: mount["volume"],
        max_size=4,
    ),
}
jobs = st.fixed_dictionaries(
    {key: common[key] for key in ("name", "image")},
    optional={key: value for key, value in common.items() if key not in ("name", "image")}
    | {
        "workers": st.integers(1, 100),
        "retries": st.integers(0, 20),
        "timeout": st.sampled_from([0, 5, "10m", "1.5 h"]),
        "priority": st.sampled_from(["low", "normal", "high"]),
    },
)
apps = st.fixed_dictionaries(
    {key: common[key] for key in ("name", "image")},
    optional={key: value for key, value in common.items() if key not in ("name", "image")}
    | {
        "port": st.integers(1024, 65535),
        "autoscale": st.just({"min": 1, "max": 3}),
        "expose": st.just({"host": "a.example"}),
        "health": st.just({"path": "/up"}),
    },
)


@given(jobs)
@settings(max_examples=60, deadline=None)
def test_a_job_survives_the_round_trip(data: dict[str, Any]) -> None:
    spec = job_form.parse(data)
    again = json.loads(json.dumps(to_dict(spec)))
    assert job_form.parse(again) == spec == job_spec(again)
    assert to_dict(job_form.parse(again)) == again


@given(apps)
@settings(max_examples=60, deadline=None)
def test_an_app_survives_the_round_trip(data: dict[str, Any]) -> None:
    spec = app_form.parse(data)
    again = json.loads(json.dumps(to_dict(spec)))
    assert app_form.parse(again) == spec == app_spec(again)
    assert to_dict(app_form.parse(again)) == again


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=30)
    | st.builds(lambda: 10**5000)
    | st.sampled_from(["/" * 300, "1" * 400, "\ud800", "-0", "٣"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = """
name image command args env port replicas autoscale resources mounts expose health workers
framework retries timeout priority
"""
PARTS = "min max cpu memory gpu count model volume path host A"
keys = st.sampled_from([*FIELDS.split(), "\ud800"])
parts = st.dictionaries(st.sampled_from(PARTS.split(" ")), anything)
hostile = st.dictionaries(keys, anything | parts | st.lists(parts, max_size=3), max_size=8)


@given(hostile | anything)
@settings(max_examples=120, deadline=None)
def test_nothing_but_invalid_is_ever_raised(data: Any) -> None:
    for parse in (job_form.parse, app_form.parse):
        fields = refusal(parse, data)
        assert fields is None or fields
        json.dumps(fields, ensure_ascii=False).encode()


def refusal(parse: Any, data: Any) -> dict[str, list[str]] | None:
    try:
        parse(data)
    except Invalid as error:
        return dict(error.fields)
    return None
