"""Images of the embedded cluster: directories of this checkout, or none at all."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_OURS = re.compile(r"moonbase/([a-z0-9][a-z0-9-]{0,62})(?::[\w.-]+)?")
_INSTRUCTION = re.compile(r"^(ENTRYPOINT|CMD)\s+(\[.*\])\s*$", re.MULTILINE)


class ImageError(Exception):
    """The image can't be had; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Image:
    """What a container starts from; no directory for images that are not here."""

    directory: Path | None
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


def find(image: str, images: Path | None) -> Image:
    """Return the image of a name. Raises ImageError for one of ours that does not exist."""
    match = _OURS.fullmatch(image)
    if not match:
        return Image(None)
    directory = images / match[1] if images else None
    if directory is None or not directory.is_dir():
        raise ImageError(f"There is no image “{image}”: examples/{match[1]}/ does not exist.")
    return Image(directory, *_instructions(directory))


def argv(image: Image, name: str, container: dict[str, Sequence[str]]) -> list[str]:
    """Return what to run: the container's words before the image's. Raises ImageError."""
    command = list(container.get("command") or image.entrypoint)
    given = container.get("args")
    if given is None and not container.get("command"):
        given = image.command
    words = [*command, *(given or ())]
    if not words:
        raise ImageError(
            f"Image “{name}” can't be pulled: the embedded cluster runs no images. "
            "Give a command, which then runs with this machine's programs."
        )
    return words


def unpack(image: Image, target: Path) -> None:
    """Copy an image's files into a container's working directory."""
    if image.directory is None:
        return
    ignored = shutil.ignore_patterns("__pycache__", ".git")
    shutil.copytree(image.directory, target, dirs_exist_ok=True, ignore=ignored)


def _instructions(directory: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return ENTRYPOINT and CMD of the image's Containerfile."""
    path = directory / "Containerfile"
    found: dict[str, tuple[str, ...]] = {}
    if path.is_file():
        for name, words in _INSTRUCTION.findall(path.read_text(encoding="utf-8")):
            found[name] = tuple(str(word) for word in json.loads(words))
    return found.get("ENTRYPOINT", ()), found.get("CMD", ())
