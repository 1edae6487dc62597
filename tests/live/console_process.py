"""A console as a process of its own: to start, use, kill and start again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a-password-of-the-live-tests"
Answer = TypeVar("Answer")


def free_port() -> int:
    """Return a loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(
    what: str, ask: Callable[[], Answer | None], *, seconds: float = 60, pause: float = 0.1
) -> Answer:
    """Return the first answer of `ask` that is not None; AssertionError names what did not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ask()
        if answer is not None:
            return answer
        time.sleep(pause)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class ConsoleProcess:
    """`manage.py up` in a process of its own, and an API client for its administrator."""

    def __init__(self, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = directory.parent / f"{directory.name}.log"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("CONSOLE_")
        } | {
            "DJANGO_SETTINGS_MODULE": "console.settings",  # Not those of the tests.
            "CONSOLE_DATA_DIR": str(directory),
            "CONSOLE_PORT": str(self.port),
            "CONSOLE_ADMIN_PASSWORD": PASSWORD,
            **(environment or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.api = httpx.Client(base_url=f"{self.url}/api/v1", timeout=30)

    def start(self) -> float:
        """Start the console and return the seconds until it was ready."""
        began = time.monotonic()
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for("the console's readiness", self._ready)
        except BaseException:
            self.stop()
            raise
        return time.monotonic() - began

    def _ready(self) -> bool | None:
        assert self.process is not None
        assert self.process.poll() is None, self.output.read_text()[-2_000:]
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200 or None
        except httpx.TransportError:
            return None

    def sign_in(self) -> None:
        """Get a token for the administrator and use it from now on."""
        answer = self.api.post("/token/", json={"username": "admin", "password": PASSWORD})
        assert answer.status_code in {200, 201}, answer.text
        self.api.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    def get(self, path: str) -> Any:
        """Return the JSON of an address below /api/v1."""
        answer = self.api.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, document: Any = None) -> Any:
        """Post JSON to an address below /api/v1 and return what it answers."""
        answer = self.api.post(path, json={} if document is None else document)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def kill(self) -> None:
        """End the console as `kill -9` does: it can't clean up."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """End the console as Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise

    def containers(self) -> list[psutil.Process]:
        """Return the processes that carry the marker of this console's data directory."""
        marked = []
        for process in psutil.process_iter():
            try:
                marker = process.environ().get("MOONBASE_NODE")
                if marker and process.cwd().startswith(str(self.directory)):
                    marked.append(process)
            except (psutil.Error, OSError):
                continue
        return marked
