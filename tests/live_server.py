"""A console as a process of its own, for the few tests that need the real server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

ROOT = Path(__file__).resolve().parents[1]


class LiveConsole:
    """`manage.py up` with its own data directory and port."""

    def __init__(self, directory: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "CONSOLE_DATA_DIR": str(directory),
            "CONSOLE_PORT": str(self.port),
            "CONSOLE_ADMIN_PASSWORD": "a-password-of-the-tests",
        }
        self.log = directory.parent / "console.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait(self, seconds: float = 60) -> None:
        """Return once it is ready."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def another(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a second one with this environment until it ends by itself."""
        return subprocess.run(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def threads(self) -> int:
        """Return how many threads it has."""
        return int(psutil.Process(self.process.pid).num_threads())

    def terminate(self, seconds: float = 15) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.terminate()
        return self.process.wait(seconds)


@pytest.fixture(scope="module")
def _one_console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[LiveConsole]]:
    consoles: list[LiveConsole] = []
    directory = tmp_path_factory.mktemp("live") / "data"
    consoles.append(LiveConsole(directory))
    yield consoles
    for console in consoles:
        if console.process.poll() is None:
            console.process.kill()
            console.process.wait(10)


@pytest.fixture
def live_console(_one_console: list[LiveConsole]) -> LiveConsole:
    """Return a running console that tests of a module share; a test may end it."""
    console = _one_console[-1]
    if console.process.poll() is not None:
        directory = Path(console.environment["CONSOLE_DATA_DIR"])
        console = LiveConsole(directory)
        _one_console.append(console)
    console.wait()
    return console
