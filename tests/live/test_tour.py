"""The README's tour, word for word, in a clean clone with an empty home directory."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.live.console_process import ROOT, wait_for

CONSOLE = "http://127.0.0.1:8000"
# Proxy settings of the machine stay, everything that points into a home directory goes.
KEPT = re.compile(
    r"^(PATH|LANG|.*_proxy|.*_PROXY|SSL_.*|PIP_.*|NODE_EXTRA_CA_CERTS|npm_config_.*)$"
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clean clone of what is committed."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(tmp_path / "moonbase")], check=True)
    return tmp_path / "moonbase"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a new user of this machine."""
    home = tmp_path / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if KEPT.match(name)}
    return kept | {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}


@pytest.fixture
def password(clone: Path, environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """Run `make up` until it answers, and return the password it printed."""
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{CONSOLE}/healthz")
    output = tmp_path / "make-up.log"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            ["make", "up"],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for("make up", lambda: _ready(process, output), seconds=600, pause=0.5)
        found = re.search(r"[Pp]assword\S* +(\S+)\s*$", output.read_text(), re.MULTILINE)
        assert found, output.read_text()
        yield found[1]
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def _ready(process: subprocess.Popen[bytes], output: Path) -> bool | None:
    assert process.poll() is None, output.read_text()[-3_000:]
    try:
        return httpx.get(f"{CONSOLE}/readyz", timeout=5).status_code == 200 or None
    except httpx.TransportError:
        return None


def tour_of(readme: str) -> str:
    """Return the tour's commands as one script."""
    section = readme.split("<!-- tour:begin")[1].split("<!-- tour:end", maxsplit=1)[0]
    return "\n".join(re.findall(r"```bash\n(.*?)```", section, re.DOTALL))


def test_the_tour_works_word_for_word(
    clone: Path, environment: dict[str, str], password: str
) -> None:
    script = tour_of((clone / "README.md").read_text(encoding="utf-8"))

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=clone,
        env=environment,
        input=f"{password}\n",
        text=True,
        capture_output=True,
        timeout=180,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    accuracy = re.search(r"held-out accuracy: ([\d.]+)", ran.stdout)
    assert accuracy, ran.stdout
    assert float(accuracy[1]) >= 0.95
    assert re.search(r'"state": *"succeeded"', ran.stdout)
    running = [line for line in ran.stdout.splitlines() if re.search(r'"state": *"running"', line)]
    assert re.search(r'"ready": *2\b', running[-1])
    assert re.search(r'"label": *7\b', ran.stdout.splitlines()[-1])
