"""One process: its output is paced, its end is found, its environment is its own."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from console.cluster.local.kubelet import execution
from console.cluster.local.kubelet.execution import Execution, Launch, execute, launch
from console.cluster.local.kubelet.log_reader import read
from console.cluster.local.kubelet.logs import LogWriter
from console.cluster.local.kubelet.processes import Stragglers, ended
from console.cluster.local.kubelet.reaper import CONTAINER, NODE

MARKERS = {NODE: "node-of-the-test", CONTAINER: "boot.pod.main", "PATH": os.environ["PATH"]}


def _launch(path: Path, *argv: str) -> Launch:
    return Launch(argv, path, MARKERS)


async def _run(path: Path, *argv: str) -> tuple[int, list[str]]:
    with ThreadPoolExecutor(2) as executor:
        process = await launch(_launch(path, *argv), executor)
        writer = LogWriter(path / "0.log")
        stragglers = Stragglers("node-of-the-test", executor)
        code = await Execution(process, "boot.pod.main", writer, stragglers).wait()
    return code, [line.text for line in read(path / "0.log")]


async def test_exit_code_and_output(tmp_path: Path) -> None:
    assert await _run(tmp_path, "sh", "-c", "echo out; echo err >&2; exit 3") in [
        (3, ["out", "err"]),
        (3, ["err", "out"]),
    ]


async def test_a_signal_is_above_128(tmp_path: Path) -> None:
    assert (await _run(tmp_path, "sh", "-c", "kill -9 $$"))[0] == 137


async def test_much_output_waits_in_its_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "MOST_PER_SECOND", 100_000)
    loop = asyncio.get_running_loop()
    began = loop.time()
    code, lines = await _run(tmp_path, "sh", "-c", "head -c 200000 /dev/zero | tr '\\0' 'x'")
    assert code == 0
    assert sum(map(len, lines)) >= 100_000
    assert loop.time() - began > 0.5


async def test_an_output_held_open_by_others_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "DRAIN_SECONDS", 0.1)
    script = "env -i sleep 5 & echo done"  # It has no marker, so that it can't be found.
    code, lines = await _run(tmp_path, "setsid", "-w", "sh", "-c", script)
    assert (code, lines) == (0, ["done"])


async def test_commands_beside_a_container(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as executor:
        fine = _launch(tmp_path, "sh", "-c", "echo a; echo b >&2; exit 4")
        assert await execute(fine, executor, 5) == (4, "a b")
        with pytest.raises(TimeoutError):
            await execute(_launch(tmp_path, "sleep", "30"), executor, 0.1)
        with pytest.raises(FileNotFoundError):
            await execute(_launch(tmp_path, "no-such-program"), executor, 1)


async def test_ends_are_found_without_pidfd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pidfd_open")
    with ThreadPoolExecutor(1) as executor:
        process = await launch(_launch(tmp_path, "true"), executor)
        await asyncio.wait_for(ended(process), 5)
        assert process.wait() == 0
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()
