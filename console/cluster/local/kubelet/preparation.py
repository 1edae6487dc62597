"""Makes a container ready to start: its files, its variables, its command."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console.cluster.local.kubelet import environment, images, volumes
from console.cluster.local.kubelet.execution import Execution, Launch, launch
from console.cluster.local.kubelet.logs import LogWriter
from console.cluster.local.kubelet.mounts import Rewriter
from console.cluster.local.kubelet.surroundings import Surroundings
from console.cluster.objects import Manifest


@dataclass(frozen=True, slots=True)
class Prepared:
    """A container that can be started."""

    identity: str
    launch: Launch


async def prepare(around: Surroundings, spec: Manifest) -> Prepared:
    """Return what to start. Raises ImageError, ConfigError or MountError."""
    node = around.node
    image = images.find(spec["image"], node.images)
    argv = images.argv(image, spec["image"], spec)
    mounts = volumes.mounts_of(spec, around.volumes)
    rewrite = Rewriter({path: str(real) for path, real in mounts.items()})
    identity = f"{node.boot}.{around.pod['metadata']['uid']}.{spec['name']}"
    directory = around.directory.container(spec["name"])
    variables = environment.build(
        spec, node.base_environment(directory, identity), _sources(around, rewrite)
    ) | node.markers(identity)
    loop = asyncio.get_running_loop()
    try:
        await loop.run_in_executor(node.executor, _lay_out, around, spec["name"], image, mounts)
    except OSError as error:
        raise volumes.MountError(f"the working directory can't be made: {error}") from error
    words = [environment.expanded(rewrite(word), variables) for word in argv]
    work = _working_directory(spec, directory, rewrite)
    return Prepared(identity, Launch(words, work, variables))


async def start(around: Surroundings, name: str, prepared: Prepared, number: int) -> Execution:
    """Start a prepared container; its output goes to the log of this run. Raises OSError."""
    node = around.node
    writer = LogWriter(around.directory.log(name, number), limit=node.log_limit)
    try:
        process = await launch(prepared.launch, node.executor)
    except (OSError, ValueError) as error:
        writer.feed("stderr", f"{error}\n".encode())
        writer.close()
        raise error if isinstance(error, OSError) else OSError(str(error)) from error
    return Execution(process, prepared.identity, writer, node.stragglers)


def _sources(around: Surroundings, rewrite: Rewriter) -> environment.Sources:
    namespace = around.pod["metadata"]["namespace"]
    store = around.node.store
    return environment.Sources(
        around.pod,
        volumes.data_of(lambda kind, name: store.get(kind, namespace, name)),
        {port: real for port, real in around.ports.items() if isinstance(port, int)},
        environment.service_variables(around.node.services(namespace)),
        rewrite,
    )


def _lay_out(around: Surroundings, name: str, image: images.Image, mounts: dict[str, Path]) -> None:
    path = around.directory.fresh_container(name)
    images.unpack(image, path / "work")
    volumes.link_mounts(path / "work", mounts)


def _working_directory(spec: Manifest, directory: Path, rewrite: Rewriter) -> Path:
    """Return where the process starts: inside a mount if the manifest says so, else its own."""
    wanted = spec.get("workingDir") or ""
    real = rewrite(wanted)
    return Path(real) if real != wanted else directory / "work"


def command_beside(prepared: Prepared, argv: Sequence[str]) -> Launch:
    """Return a command to run with a container's variables in its working directory."""
    return Launch(list(argv), prepared.launch.directory, prepared.launch.environment)
