"""Hosts an embedded cluster until it is killed: `python host.py <directory>`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from console.cluster.local import LocalCluster, Options
from console.cluster.protocol import CONSOLE
from tests.contracts.programs import Programs, deployment, job, service
from tests.contracts.space import Space


def main(directory: Path) -> None:
    """Run two Apps' replicas and a Job, and say when they run."""
    local = LocalCluster(
        directory / "cluster",
        images=None,
        volumes=directory / "volumes",
        options=Options(restart_delay=0.2),
    )
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}}
    local.apply(namespace, actor=CONSOLE)
    space = Space(local, "team-a")
    programs = Programs("library/python:3", "none")
    runaway = programs.python(
        "import os, time\nif os.fork() == 0: os.setsid()\nprint('up')\ntime.sleep(300)"
    )
    space.apply(deployment("web", programs.serves(), replicas=2))
    space.apply(service("web"))
    space.apply(job("train", runaway))
    space.apply(job("retried", runaway, backoffLimit=3))
    space.until_ready("web", 2)
    for name in ("train", "retried"):
        space.until_pod(name, lambda pod: pod.status.phase == "Running")
    time.sleep(0.3)  # The store is written behind; the parent kills as soon as it reads this.
    print("running", flush=True)
    time.sleep(300)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
