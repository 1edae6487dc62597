"""The directories of a pod: its own, its containers', and the volumes they mount."""

from __future__ import annotations

import base64
import binascii
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from console.cluster.local.directories import private
from console.cluster.local.kubelet.environment import Lookup
from console.cluster.objects import Manifest


class MountError(Exception):
    """A volume can't be mounted yet; the message is Kubernetes'."""


class PodDirectory:
    """`<root>/<namespace>/<pod>_<uid>`: nobody else's, and gone with the pod."""

    def __init__(self, root: Path, claims: Path, pod: Manifest) -> None:
        metadata = pod["metadata"]
        self._space = root / metadata["namespace"]
        self.path: Path = self._space / f"{metadata['name'][:200]}_{metadata['uid'][:8]}"
        self._claims = claims / metadata["namespace"]

    def container(self, name: str) -> Path:
        """Return where a container has its working directory, home and temporary files."""
        return self.path.joinpath("containers", name)

    def log(self, name: str, restart: int) -> Path:
        """Return where a run of a container is logged."""
        return self.path.joinpath("logs", name, f"{restart}.log")

    def prepare(self, pod: Manifest, lookup: Lookup) -> dict[str, Path]:
        """Make the pod's volumes; return their directories by name. Raises MountError."""
        private(self._space)
        private(self.path)
        return {
            volume["name"]: self._volume(volume, lookup)
            for volume in pod["spec"].get("volumes") or ()
        }

    def fresh_container(self, name: str) -> Path:
        """Return a container's directory, emptied: what a run leaves behind ends with it."""
        path = self.container(name)
        shutil.rmtree(path, ignore_errors=True)
        for part in ("work", "home", "tmp"):
            private(path / part)
        return path

    def forget_logs(self, name: str, before: int) -> None:
        """Remove the logs of runs before one."""
        for path in (self.path / "logs" / name).glob("*.log*"):
            number = path.name.split(".", 1)[0]
            if number.isdigit() and int(number) < before:
                path.unlink(missing_ok=True)

    def empty(self) -> None:
        """Remove what only a running pod needs; its logs stay until it is deleted."""
        for part in ("containers", "volumes"):
            shutil.rmtree(self.path / part, ignore_errors=True)

    def remove(self) -> None:
        """Remove all of it; volumes that claims stand for stay where they are."""
        shutil.rmtree(self.path, ignore_errors=True)
        try:
            self._space.rmdir()
        except OSError:
            return

    def _volume(self, volume: Manifest, lookup: Lookup) -> Path:
        claim = volume.get("persistentVolumeClaim")
        if claim:
            return private(self._claims / claim["claimName"])
        path = private(self.path / "volumes" / volume["name"])
        for kind, field in (("ConfigMap", "configMap"), ("Secret", "secret")):
            if volume.get(field):
                _write_files(path, volume[field], kind, lookup)
        return path


def _write_files(path: Path, source: Manifest, kind: str, lookup: Lookup) -> None:
    """Write the data of a ConfigMap or Secret as files."""
    name = source.get("name") or source.get("secretName") or ""
    data = lookup(kind, name)
    if data is None and not source.get("optional"):
        raise MountError(f'MountVolume.SetUp failed for volume: {kind.lower()} "{name}" not found')
    chosen = source.get("items") or [{"key": key, "path": key} for key in data or {}]
    for item in chosen:
        target = path / str(item["path"])
        if not target.resolve().is_relative_to(path.resolve()) or item["key"] not in (data or {}):
            raise MountError(f"MountVolume.SetUp failed: {kind} has no file {item['key']}")
        private(target.parent)
        target.write_text((data or {})[item["key"]], encoding="utf-8")
        target.chmod(0o600)


def mounts_of(container: Manifest, volumes: Mapping[str, Path]) -> dict[str, Path]:
    """Return the real directory of each mount path of a container."""
    found = {}
    for mount in container.get("volumeMounts") or ():
        real = volumes[mount["name"]]
        if mount.get("subPath"):
            real = private(real / mount["subPath"])
            if not real.resolve().is_relative_to(volumes[mount["name"]].resolve()):
                raise MountError(f"subPath {mount['subPath']} leaves its volume")
        found[mount["mountPath"]] = real
    return found


def link_mounts(work: Path, mounts: Mapping[str, Path]) -> None:
    """Put a link below the working directory for each mount path, the shortest first."""
    for path in sorted(mounts, key=len):
        link = work / path.strip("/")
        if any(parent.is_symlink() for parent in link.parents if parent != work):
            # Inside another mount; a link there would be left behind in the volume.
            continue
        link.parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(link):
            link.symlink_to(mounts[path], target_is_directory=True)


def data_of(get: Callable[[str, str], Manifest | None]) -> Lookup:
    """Return a lookup of the texts in a Secret or ConfigMap."""

    def lookup(kind: str, name: str) -> dict[str, str] | None:
        found = get(kind, name)
        if found is None:
            return None
        data: dict[str, str] = dict(found.get("data") or {})
        if kind == "ConfigMap":
            return data
        return {key: _text(value) for key, value in data.items()} | (found.get("stringData") or {})

    return lookup


def _text(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return value
