"""A spec as a list that people read: a label, a value, and whether it is code."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from workloads.forms.convert import show_duration
from workloads.kinds.spec import AppSpec, Gpu, JobSpec


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the configuration."""

    label: str
    text: str
    is_code: bool = False


def facts_of(spec: AppSpec | JobSpec) -> list[Fact]:
    """Return what a spec says, without what it leaves open."""
    own = _app_facts(spec) if isinstance(spec, AppSpec) else _job_facts(spec)
    facts = [
        Fact("Image", spec.image, is_code=True),
        Fact("Command", shlex.join(spec.command) or "that of the image", bool(spec.command)),
        Fact("Arguments", shlex.join(spec.args), is_code=True),
        *own,
        Fact("CPU", f"{spec.resources.cpu} per pod"),
        Fact("Memory", f"{spec.resources.memory} per pod"),
        Fact("GPU", _gpu(spec.resources.gpu)),
        *(Fact("Volume", f"{mount.volume} at {mount.path}", is_code=True) for mount in spec.mounts),
        *(Fact(name, value, is_code=True) for name, value in spec.env.items()),
    ]
    return [fact for fact in facts if fact.text]


def _app_facts(spec: AppSpec) -> list[Fact]:
    scale = spec.autoscale
    replicas = f"{scale.min} to {scale.max}, aiming at {scale.cpu} % CPU" if scale else ""
    return [
        Fact("Port", str(spec.port)),
        Fact("Replicas", replicas or str(spec.replicas)),
        Fact("Health", spec.health.path if spec.health else "", is_code=True),
        Fact("Exposed at", f"{spec.expose.host}{spec.expose.path}" if spec.expose else ""),
    ]


def _job_facts(spec: JobSpec) -> list[Fact]:
    return [
        Fact("Workers", str(spec.workers)),
        Fact("Framework", spec.framework),
        Fact("Retries", str(spec.retries) if spec.retries else "none"),
        Fact("Timeout", show_duration(spec.timeout) if spec.timeout else "none"),
        Fact("Priority", spec.priority),
    ]


def _gpu(gpu: Gpu) -> str:
    if not gpu.count:
        return ""
    model = f" {gpu.model}" if gpu.model else ""
    memory = f" with {gpu.memory} or more" if gpu.memory else ""
    return f"{gpu.count}{model}{memory} per pod"
