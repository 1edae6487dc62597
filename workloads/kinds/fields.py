"""The fields that Jobs and Apps share, read from a user's input. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from console.quantities import (
    cpu_quantity,
    memory_quantity,
    parse_cpu,
    parse_memory,
)
from workloads.kinds.reading import NAME, NAME_RULE, Reader, digits, is_number, shown, unfit
from workloads.kinds.spec import Gpu, Mount, Resources

MAX_COMMAND = 64 * 1024
MAX_ENV = 200
MAX_ENV_VALUE = 32 * 1024
MAX_ENV_TOTAL = 256 * 1024
MAX_MOUNTS = 20
MAX_REPLICAS = 1_000

IMAGE = re.compile(r"[A-Za-z0-9]+(?:[._/:@-]+[A-Za-z0-9]+)*")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_PATH = re.compile(r"(?:/[A-Za-z0-9._@+-]{1,100})+")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_RESERVED_PREFIX = "MOONBASE_"
_SYSTEM = ("/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr")


def name(reader: Reader) -> str:
    """Return the name of the workload."""
    return reader.matching("name", NAME, NAME_RULE, required=True)


def image(reader: Reader) -> str:
    """Return the reference of the image."""
    rule = "Write an image as registry/name:tag, for instance moonbase/digits:1."
    return reader.matching("image", IMAGE, rule, required=True)


def command(reader: Reader) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return command and args, which share one limit."""
    words, args = reader.words("command"), reader.words("args")
    size = sum(len(word.encode()) + 1 for word in (*words, *args))
    if size > MAX_COMMAND:
        reader.complain("command", f"Command and args take {size:,} bytes; the limit is 64 KiB.")
        return (), ()
    return words, args


def env(reader: Reader, *, reserved: Collection[str]) -> dict[str, str]:
    """Return the environment; `reserved` names are set by the console."""
    variables = reader.nested("env")
    if variables is None:
        return {}
    if len(variables.data) > MAX_ENV:
        reader.complain("env", f"Use at most {MAX_ENV} variables, not {len(variables.data):,}.")
        return {}
    values = {
        key: value
        for key, raw in variables.data.items()
        if _acceptable(variables, key, reserved)
        and (value := _env_value(variables, key, raw)) is not None
    }
    size = sum(len(value.encode()) for value in values.values())
    if size > MAX_ENV_TOTAL:
        reader.complain("env", f"The values take {size:,} bytes; the limit is 256 KiB.")
    return values


def _acceptable(variables: Reader, key: str, reserved: Collection[str]) -> bool:
    if not _ENV_NAME.fullmatch(key):
        rule = "Use letters, digits and “_”, not a digit first, at most 200 in all."
        variables.complain(shown(key) or "?", rule)
    elif key in reserved or key.startswith(_RESERVED_PREFIX):
        variables.complain(shown(key), f"The console sets {shown(key)} itself.")
    else:
        return True
    return False


def _env_value(variables: Reader, key: str, raw: object) -> str | None:
    value = digits(raw) if is_number(raw) else raw
    if not isinstance(value, str):
        problem = "Write a text."
    elif len(value) > MAX_ENV_VALUE:
        problem = f"Use at most 32 KiB, not {len(value):,} characters."
    else:
        problem = unfit(value)
    if problem:
        variables.complain(key, problem)
    return value if isinstance(value, str) and not problem else None


def resources(reader: Reader) -> Resources:
    """Return CPU, memory and GPU of one replica or worker."""
    part = reader.nested("resources")
    if part is None:
        return Resources()
    cpu = part.quantity("cpu", "500m", parse=parse_cpu, show=cpu_quantity, least=10, most=1_000_000)
    memory = _memory(part, "memory", "512Mi", least=4 * 2**20)
    asked = _gpu(part)
    part.finish()
    return Resources(cpu=cpu, memory=memory, gpu=asked)


def _memory(part: Reader, key: str, default: str, *, least: int) -> str:
    return part.quantity(
        key, default, parse=parse_memory, show=memory_quantity, least=least, most=64 * 2**40
    )


def _gpu(reader: Reader) -> Gpu:
    if isinstance(reader.data.get("gpu"), int) and not isinstance(reader.data["gpu"], bool):
        return Gpu(count=reader.whole("gpu", 0, least=0, most=64))
    part = reader.nested("gpu")
    if part is None:
        return Gpu()
    count = part.whole("count", 0, least=0, most=64)
    rule = "Write the model as its node label has it, for instance NVIDIA-A100-SXM4-80GB."
    model = part.matching("model", _LABEL, rule, longest=63)
    memory = _memory(part, "memory", "", least=2**20) if part.has("memory") else ""
    part.finish()
    if not count and (model or memory):
        part.complain("count", "Ask for at least 1 GPU, or leave model and memory out.")
    return Gpu(count=count, model=model, memory=memory)


def mounts(reader: Reader) -> tuple[Mount, ...]:
    """Return the mounted volumes; no path may lie inside another."""
    found: list[Mount] = []
    for part in reader.each("mounts", most=MAX_MOUNTS):
        volume = part.matching("volume", NAME, NAME_RULE, required=True)
        path = _mount_path(part, [mount.path for mount in found])
        part.finish()
        found.append(Mount(volume=volume, path=path))
    reader.take("mounts")
    return tuple(found)


def _mount_path(part: Reader, others: list[str]) -> str:
    rule = "Write an absolute path of letters, digits and “. _ - @ +”, for instance /data."
    raw = part.text("path", longest=200)
    if not raw:
        if part.path + ".path" not in part.complaints:
            part.complain("path", "This is needed.")
        return "/"
    path = "/" + posixpath.normpath(raw).lstrip("/")
    if ".." in raw.split("/"):
        part.complain("path", "A path may not go up with “..”.")
    elif not raw.startswith("/") or (path != "/" and not _PATH.fullmatch(path)):
        part.complain("path", rule)
    elif path == "/":
        part.complain("path", "A volume can't replace the whole file system; use a folder.")
    elif any(_inside(path, system) for system in _SYSTEM):
        part.complain("path", f"A volume can't cover {path}, the image needs it.")
    elif path in others:
        part.complain("path", f"Another volume is mounted at {path} already.")
    elif near := next((o for o in others if _inside(path, o) or _inside(o, path)), ""):
        part.complain("path", f"A mount can't lie inside another one ({near}).")
    return path


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
