"""B15: what one embedded console costs while nothing runs and nobody looks: `make bench NAME=idle`.

Memory is the resident size of the console and of its reaper together; CPU is what both used of one
core, in rounds of twelve seconds that make up a minute.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import psutil

from tests.benchmarks.report import limit, write
from tests.live.console_process import ConsoleProcess

ROUNDS = 5
SECONDS = 12.0


def family(console: ConsoleProcess) -> list[psutil.Process]:
    """Return the console and the processes that it started."""
    assert console.process is not None
    root = psutil.Process(console.process.pid)
    return [root, *root.children(recursive=True)]


def used(processes: list[psutil.Process]) -> float:
    """Return the seconds of CPU that the processes have used so far."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def measure(console: ConsoleProcess) -> tuple[list[float], list[float]]:
    """Return the megabytes and the percent of a core of each round."""
    time.sleep(5)
    processes = family(console)
    memory, percent = [], []
    for _ in range(ROUNDS):
        before = used(processes)
        time.sleep(SECONDS)
        percent.append(100 * (used(processes) - before) / SECONDS)
        memory.append(sum(process.memory_info().rss for process in processes) / 2**20)
    return memory, percent


def main() -> None:
    """Start a console, let it rest, report."""
    with tempfile.TemporaryDirectory(prefix="moonbase-idle-") as directory:
        console = ConsoleProcess(Path(directory) / "console")
        console.start()
        try:
            memory, percent = measure(console)
        finally:
            console.stop()
    write(
        "idle",
        [
            limit("B15", "resident memory, idle", memory, "MiB", most=250),
            limit("B15", "share of a core, idle", percent, "%", most=2),
        ],
    )


if __name__ == "__main__":
    main()
