"""The environment of a container: expansion, references, ports."""

from __future__ import annotations

from typing import Any

import pytest

from console.cluster.local.kubelet.environment import (
    ConfigError,
    Sources,
    build,
    expanded,
    service_variables,
)
from console.cluster.objects import Manifest

POD: Manifest = {
    "metadata": {"name": "web-1", "namespace": "team-a", "uid": "7", "labels": {"app": "web"}},
    "spec": {"nodeName": "laptop"},
}
DATA = {("Secret", "keys"): {"token": "t0p"}, ("ConfigMap", "settings"): {"a": "1", "b": "/data/x"}}


def _build(ports: dict[int, int] | None = None, **container: Any) -> dict[str, str]:
    sources = Sources(
        POD,
        lambda kind, name: DATA.get((kind, name)),
        ports or {},
        {"DB_SERVICE_HOST": "127.0.0.1"},
        lambda text: text.replace("/data", "/real"),
    )
    return build(container, {"HOME": "/home"}, sources)


def _from(**source: Any) -> list[Manifest]:
    return [{"name": "X", "valueFrom": source}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(A)", "1"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$(B)", "$(B)"),
        ("$(A", "$(A"),
        ("$A", "$A"),
        ("$(A)$(A)", "11"),
    ],
)
def test_expansion(text: str, expected: str) -> None:
    assert expanded(text, {"A": "1"}) == expected


def test_values_in_order() -> None:
    env = [{"name": "A", "value": "/data/a"}, {"name": "B", "value": "$(A)-$(DB_SERVICE_HOST)"}]
    built = _build(env=env)
    assert built["B"] == "/real/a-127.0.0.1"
    assert built["HOME"] == "/home"


def test_references() -> None:
    assert _build(env=_from(secretKeyRef={"name": "keys", "key": "token"}))["X"] == "t0p"
    assert _build(env=_from(fieldRef={"fieldPath": "metadata.labels['app']"}))["X"] == "web"
    assert _build(env=_from(fieldRef={"fieldPath": "spec.nodeName"}))["X"] == "laptop"
    limits = {"limits": {"cpu": "1500m", "memory": "1Ki"}}
    for resource, value in (("limits.cpu", "2"), ("limits.memory", "1024")):
        env = _from(resourceFieldRef={"resource": resource})
        assert _build(env=env, resources=limits)["X"] == value
    assert _build(envFrom=[{"configMapRef": {"name": "settings"}}])["b"] == "/real/x"


def test_what_is_missing_is_said() -> None:
    for entry, words in (
        (_from(secretKeyRef={"name": "none", "key": "x"}), 'secret "none" not found'),
        (_from(configMapKeyRef={"name": "settings", "key": "z"}), "find key z"),
        (_from(fieldRef={"fieldPath": "spec.everything"}), "not supported"),
        (_from(resourceFieldRef={"resource": "limits.cpu"}), "not set"),
    ):
        with pytest.raises(ConfigError, match=words):
            _build(env=entry)
    with pytest.raises(ConfigError, match='secret "none" not found'):
        _build(envFrom=[{"secretRef": {"name": "none"}}])


def test_what_is_optional_is_left_out() -> None:
    reference = {"name": "none", "key": "x", "optional": True}
    assert "X" not in _build(env=_from(secretKeyRef=reference))
    assert _build(envFrom=[{"secretRef": {"name": "none", "optional": True}}])["HOME"] == "/home"


def test_a_replica_gets_a_port_of_its_own() -> None:
    env = [{"name": "PORT", "value": "8080"}, {"name": "OTHER", "value": "8080"}]
    built = _build({8080: 20001}, env=env)
    assert (built["PORT"], built["OTHER"]) == ("20001", "8080")
    assert _build({9090: 20001}, env=env)["PORT"] == "8080"


def test_variables_of_services() -> None:
    found = service_variables([("web-api", "127.0.0.1", 1), ("web-api", "127.0.0.1", 2)])
    assert found == {"WEB_API_SERVICE_HOST": "127.0.0.1", "WEB_API_SERVICE_PORT": "1"}
