"""What a user asks for: the words of the API, of the forms and of examples/*.json.

Pure. Each kind parses its own (kinds/job/form.py, kinds/app/form.py); these are the parts.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all parts; an unknown key is an error, never dropped in silence."""


class Gpu(Part, frozen=True):
    count: int = 0
    model: str = ""
    memory: str = ""


class Resources(Part, frozen=True):
    cpu: str = "500m"
    memory: str = "512Mi"
    gpu: Gpu = Gpu()


class Mount(Part, frozen=True):
    volume: str
    path: str


class Autoscale(Part, frozen=True):
    min: int = 1
    max: int = 1
    cpu: int = 80


class Expose(Part, frozen=True):
    host: str = ""
    path: str = "/"


class Health(Part, frozen=True):
    path: str = "/"


class JobSpec(Part, frozen=True):
    """A training run. `timeout` is seconds for the whole run, 0 for none; `retries` is per run."""

    name: str
    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}
    workers: int = 1
    framework: str = ""
    resources: Resources = Resources()
    mounts: tuple[Mount, ...] = ()
    retries: int = 0
    timeout: int = 0
    priority: str = "normal"


class AppSpec(Part, frozen=True):
    """An inference service. It listens on `$PORT`, which is `port` inside its pod."""

    name: str
    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}
    port: int = 8080
    replicas: int = 1
    autoscale: Autoscale | None = None
    resources: Resources = Resources()
    mounts: tuple[Mount, ...] = ()
    expose: Expose | None = None
    health: Health | None = None


Spec = AppSpec | JobSpec


class Specified(Protocol):
    """Something with a kind and the plain data of its spec: a row, or a fake of one."""

    @property
    def kind(self) -> str: ...
    @property
    def spec(self) -> Any: ...


def spec_of(workload: Specified) -> Spec:
    """Return the typed spec of an App or Job."""
    return app_spec(workload.spec) if workload.kind == "app" else job_spec(workload.spec)


def app_spec(data: dict[str, Any]) -> AppSpec:
    """Return the typed spec of an App's stored data, which was parsed when it came in."""
    return msgspec.convert(data, AppSpec)


def job_spec(data: dict[str, Any]) -> JobSpec:
    """Return the typed spec of a Job's stored data, which was parsed when it came in."""
    return msgspec.convert(data, JobSpec)


def _plain(value: Any) -> Any:
    """Return a part of a spec as JSON gives it back, with lists for tuples."""
    return msgspec.json.decode(msgspec.json.encode(value))


def to_dict(spec: Spec) -> dict[str, Any]:
    """Return the canonical JSON: what decides the cost is spelt out, other defaults left out."""
    default = type(spec)(name="", image="")
    data: dict[str, Any] = {
        field: _plain(value)
        for field in spec.__struct_fields__
        if (value := getattr(spec, field)) != getattr(default, field)
    }
    data["resources"] = {"cpu": spec.resources.cpu, "memory": spec.resources.memory}
    if spec.resources.gpu != Gpu():
        data["resources"]["gpu"] = msgspec.to_builtins(spec.resources.gpu)
    if isinstance(spec, AppSpec):
        data["port"] = spec.port
        data.pop("replicas", None)
        if spec.autoscale is None:
            data["replicas"] = spec.replicas
    return data
