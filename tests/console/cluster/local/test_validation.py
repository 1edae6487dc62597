"""Each refusal is a sentence that names the object and what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.cluster.errors import Invalid
from console.cluster.local.validation import MOST_BYTES, check_change, checked
from console.cluster.objects import KINDS, Manifest
from tests.contracts.programs import Programs, config_map, deployment, job, pod, service

MAIN: Manifest = {"name": "main", "image": "x"}
PROGRAMS = Programs("x", "y")


def _placed(manifest: Manifest) -> Manifest:
    return {**manifest, "metadata": {**manifest["metadata"], "namespace": "team-a"}}


def _pod(**fields: Any) -> Manifest:
    return _placed(pod("x", {**MAIN, **fields}))


def _deployment(**spec: Any) -> Manifest:
    manifest = _placed(deployment("x", MAIN))
    return {**manifest, "spec": {**manifest["spec"], **spec}}


BAD: list[tuple[Any, str]] = [
    ("no object", "object"),
    ({"kind": "Pod", "apiVersion": "v1", "x": object()}, "not JSON"),
    ({"kind": "Pod", "apiVersion": "v2"}, "apiVersion v1"),
    ({"kind": "Pod", "apiVersion": "v1"}, "metadata.name"),
    (config_map("x"), "metadata.namespace is required"),
    (_placed(config_map("x", big="x" * MOST_BYTES)), "bytes"),
    ({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a.b"}}, "not a name"),
    (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "namespace": "b"}},
        "no Namespace",
    ),
    ({**config_map("x"), "metadata": {"name": "x", "namespace": "a", "labels": {"a": 1}}}, "texts"),
    ({**config_map("x"), "metadata": {"name": "x", "namespace": "a", "labels": {" ": ""}}}, "name"),
    (
        {**config_map("x"), "metadata": {"name": "x", "namespace": "a", "labels": {"a": "b c"}}},
        "can't be",
    ),
    (_placed({**config_map("x"), "data": {"a": 1}}), "texts"),
    (_placed({**config_map("x"), "data": []}), "ConfigMap"),
    (_placed({**pod("x", MAIN), "spec": None}), "spec is required"),
    (_placed({**pod("x", MAIN), "spec": "text"}), "object"),
    (_placed(pod("x", MAIN, restart="Sometimes")), "restartPolicy"),
    (_placed(pod("x", MAIN, priorityClassName="urgent")), "PriorityClass"),
    (_placed(pod("x", MAIN, initContainers=[MAIN])), "two containers"),
    (_placed(pod("x", MAIN, volumes=[{"name": "A"}])), "name is required"),
    (_placed(pod("x", MAIN, volumes=[{"name": "a", "hostPath": {"path": "/"}}])), "must be one of"),
    (
        _placed(
            pod("x", MAIN, volumes=[{"name": "a", "persistentVolumeClaim": {"claimName": "../b"}}])
        ),
        "names no claim",
    ),
    (_placed(pod("x", MAIN, volumes="a")), "list"),
    (_placed(pod("x", MAIN, volumes=["a"])), "list of objects"),
    (_pod(name="Main"), "name is required"),
    (_pod(image=""), "image"),
    (_pod(command="sh"), "list"),
    (_pod(lifecycle={"preStop": {"sleep": {"seconds": 1}}}), "lifecycle"),
    (_pod(command=["a\0"]), "texts"),
    (_pod(env=[{"name": "1=2"}]), "variable"),
    (_pod(env=[{"name": "A", "value": 1}]), "text"),
    (_pod(resources=[]), "resources"),
    (_pod(resources={"requests": {"cpu": "many"}}), "CPU"),
    (_pod(resources={"requests": {"example.com/card": "1.5"}}), "number"),
    (_pod(resources={"requests": {"cpu": 2}, "limits": {"cpu": "1"}}), "more cpu than its limit"),
    (_pod(ports=[{"containerPort": 70000}]), "containerPort"),
    (_pod(ports=[{"containerPort": True}]), "containerPort"),
    (_pod(readinessProbe="x"), "object"),
    (_pod(readinessProbe={}), "one of"),
    (_pod(livenessProbe={"exec": {}}), "exec.command"),
    (_deployment(template=None), "template is required"),
    (_deployment(selector={"a": "b"}), "matchLabels"),
    (_deployment(selector={"matchLabels": {"app": "other"}}), "does not match"),
    (_deployment(replicas=-1), "replicas"),
    (_deployment(replicas="3"), "replicas"),
    (_placed(job("x", MAIN, restart="Always")), "OnFailure or Never"),
    (_placed(job("x", MAIN, completionMode="Indexed")), "completions"),
    (_placed(job("x", MAIN, backoffLimit=True)), "backoffLimit"),
    (_placed({**service("x"), "spec": {"selector": {"a": "b"}}}), "ports"),
    (_placed({**service("x"), "spec": {"ports": [{"port": 53, "protocol": "UDP"}]}}), "TCP"),
]


@pytest.mark.parametrize(("manifest", "words"), BAD)
def test_refusals(manifest: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        checked(manifest)


@pytest.mark.parametrize(
    "path", ["data", "/", "/a/../b", "/a//b", "/a:b", "/a\n", 5, None, "/.", ""]
)
def test_mount_paths(path: Any) -> None:
    manifest = _pod(volumeMounts=[{"name": "v", "mountPath": path}])
    manifest["spec"]["volumes"] = [{"name": "v", "emptyDir": {}}]
    with pytest.raises(Invalid, match="mount path"):
        checked(manifest)


@pytest.mark.parametrize(
    ("mounts", "words"),
    [
        ([{"name": "v", "mountPath": "/a", "subPath": "../b"}], "subPath"),
        ([{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/a/"}], "two volumes"),
        ([{"name": "w", "mountPath": "/a"}], "no volume"),
    ],
)
def test_mounts(mounts: list[Manifest], words: str) -> None:
    manifest = _pod(volumeMounts=mounts)
    manifest["spec"]["volumes"] = [{"name": "v", "emptyDir": {}}]
    with pytest.raises(Invalid, match=words):
        checked(manifest)


def test_what_nobody_may_change() -> None:
    for old, new in (
        (_pod(), _pod(image="y")),
        (_placed(job("x", MAIN)), _placed(job("x", {**MAIN, "image": "y"}))),
        (_deployment(), _deployment(selector={"matchLabels": {"app": "y"}})),
    ):
        check_change(old, old)
        with pytest.raises(Invalid, match="can't be changed"):
            check_change(old, new)


def test_good_ones_are_copied() -> None:
    manifest = _deployment()
    kind, copy = checked(manifest)
    assert kind.name == "Deployment"
    assert copy == manifest
    assert copy["spec"] is not manifest["spec"]


names = st.text(max_size=5)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)
kinds = st.sampled_from(sorted(KINDS))
fields = st.sampled_from(["spec", "data", "metadata"])


@given(kinds, fields, json, json)
def test_hostile_manifests_get_a_sentence(kind: str, field: str, part: Any, more: Any) -> None:
    """Whatever is in it, a manifest is taken or refused, and a refusal says why."""
    metadata = {"name": "x"} | ({"namespace": "team-a"} if KINDS[kind].namespaced else {})
    manifest = {"apiVersion": KINDS[kind].api_version, "kind": kind, "metadata": metadata}
    hostile = {"template": {"spec": part}, "containers": part, "ports": part, "selector": more}
    labelled = {**metadata, "labels": part, "annotations": more}
    odd = {"containers": [{**MAIN, "env": part, "ports": more, "resources": part}]}
    for value in (part, hostile, labelled, odd, {"containers": [part], "volumes": more}):
        assert _sentence({**manifest, field: value}) != ""


def _sentence(manifest: Any) -> str:
    """Return why a manifest is refused, or that it is taken."""
    try:
        checked(manifest)
    except Invalid as error:
        return error.message
    return "taken"
