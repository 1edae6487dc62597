"""What a user asks for: the words of the API, of the forms and of examples/*.json.

Pure. Each kind parses its own (kinds/job/form.py, kinds/app/form.py); these are the parts.
"""

from __future__ import annotations

import msgspec


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all parts; an unknown key is an error, never dropped in silence."""


class Gpu(Part):
    count: int = 0
    model: str = ""
    memory: str = ""


class Resources(Part):
    cpu: str = "500m"
    memory: str = "512Mi"
    gpu: Gpu = Gpu()


class Mount(Part):
    volume: str
    path: str


class Autoscale(Part):
    min: int = 1
    max: int = 1
    cpu: int = 80


class Expose(Part):
    host: str = ""
    path: str = "/"


class Health(Part):
    path: str = "/"


class JobSpec(Part):
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


class AppSpec(Part):
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
