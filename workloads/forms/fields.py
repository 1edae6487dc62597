"""The fields of the App and Job forms, by the words of the API.

A field's path is its place in the spec ("resources.gpu.count"), its `name` in the form and the key
of its errors, so that whatever checks a spec can point at the field.
"""

from __future__ import annotations

from dataclasses import dataclass

from workloads.forms.convert import DURATION, NUMBER, TEXT, WORDS, Converter


@dataclass(frozen=True, slots=True)
class Field:
    """One input; `widget` is the partial of templates/workloads/_field.html that draws it."""

    path: str
    label: str
    help: str = ""
    converter: Converter = TEXT
    widget: str = "text"
    unit: str = ""
    placeholder: str = ""
    choices: tuple[str, ...] = ()
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together; `part` names a part of the spec that a switch turns on."""

    title: str
    fields: tuple[Field, ...]
    note: str = ""
    part: str = ""
    folded: bool = True


_NAME = Field(
    "name",
    "Name",
    "Lower-case letters, digits and “-”. It can't be changed later.",
    placeholder="digits",
)
_IMAGE = Field("image", "Image", "Repository and tag.", placeholder="moonbase/digits:1")
_COMMAND = Field(
    "command",
    "Command",
    "As in a shell, with quotes round what holds spaces. Empty runs what the image starts.",
    WORDS,
    "lines",
    placeholder="python train.py --epochs 30",
)
_CPU = Field("resources.cpu", "CPU", "500m is half a core.", placeholder="500m", narrow=True)
_MEMORY = Field(
    "resources.memory",
    "Memory",
    "Over it the container is killed.",
    placeholder="512Mi",
    narrow=True,
)
_REPLICAS = Field("replicas", "Replicas", "", NUMBER, "number", narrow=True)
_WORKERS = Field(
    "workers", "Workers", "Pods that run at the same time.", NUMBER, "number", narrow=True
)
_PORT = Field(
    "port", "Port", "The program listens on $PORT, which is this.", NUMBER, "number", narrow=True
)
_ARGS = Field("args", "Arguments", "Added to the command.", WORDS, "lines")
_ENV = Field("env", "Environment", widget="pairs")
_MOUNTS = Field("mounts", "Mounted volumes", widget="mounts")

_GPU = Group(
    "GPU",
    (
        Field("resources.gpu.count", "GPUs per pod", "", NUMBER, "number", narrow=True),
        Field("resources.gpu.model", "Model", "Empty takes any.", placeholder="A100", narrow=True),
        Field("resources.gpu.memory", "Memory per GPU, at least", placeholder="40Gi", narrow=True),
    ),
    "Which GPUs each pod needs.",
)
_ENVIRONMENT = Group("Environment and arguments", (_ENV, _ARGS), "Variables and extra arguments.")
_STORAGE = Group(
    "Volumes", (_MOUNTS,), "Directories of the tenant that the program reads and writes."
)

GROUPS: dict[str, tuple[Group, ...]] = {
    "job": (
        Group("What runs", (_NAME, _IMAGE, _COMMAND, _CPU, _MEMORY), folded=False),
        _ENVIRONMENT,
        _STORAGE,
        Group(
            "Retries, timeout and priority",
            (
                Field("retries", "Retries", "After a failure.", NUMBER, "number", narrow=True),
                Field(
                    "timeout",
                    "Timeout",
                    "For the whole run; 0 is none.",
                    DURATION,
                    placeholder="2h",
                    narrow=True,
                ),
                Field(
                    "priority",
                    "Priority",
                    widget="select",
                    choices=("low", "normal", "high"),
                    narrow=True,
                ),
            ),
            "How long it may take, and what happens when it fails.",
        ),
        Group(
            "Workers and framework",
            (
                _WORKERS,
                Field(
                    "framework",
                    "Framework",
                    "For your own lists.",
                    placeholder="scikit-learn",
                    narrow=True,
                ),
            ),
            "Several pods of one run.",
        ),
        _GPU,
    ),
    "app": (
        Group(
            "What runs", (_NAME, _IMAGE, _COMMAND, _CPU, _MEMORY, _REPLICAS, _PORT), folded=False
        ),
        _ENVIRONMENT,
        _STORAGE,
        Group(
            "Health",
            (
                Field(
                    "health.path",
                    "Path",
                    "Answers 200 when a replica is ready; one that stops answering is restarted.",
                    placeholder="/healthz",
                ),
            ),
            "Send requests only to replicas that answer.",
            part="health",
        ),
        Group(
            "Expose",
            (
                Field("expose.host", "Host", placeholder="digits.example.com"),
                Field("expose.path", "Path", placeholder="/"),
            ),
            "Let requests from outside in.",
            part="expose",
        ),
        Group(
            "Autoscale",
            (
                Field("autoscale.min", "At least", "", NUMBER, "number", "replicas", narrow=True),
                Field("autoscale.max", "At most", "", NUMBER, "number", "replicas", narrow=True),
                Field("autoscale.cpu", "CPU target", "", NUMBER, "number", "%", narrow=True),
            ),
            "Change the number of replicas with the load, instead of a fixed one.",
            part="autoscale",
        ),
        _GPU,
    ),
}


def fields_of(kind: str) -> tuple[Field, ...]:
    """Return all fields of a kind, in the order of its form."""
    return tuple(field for group in GROUPS[kind] for field in group.fields)


def parts_of(kind: str) -> frozenset[str]:
    """Return the parts of a kind's spec that a switch turns on."""
    return frozenset(group.part for group in GROUPS[kind] if group.part)
