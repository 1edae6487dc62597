"""Which ASGI server: uvicorn against granian, serving this console on loopback.

`make bench NAME=server`. Both run at once and are measured in turns, so that what else the machine
does meets both. granian is installed into a virtual environment of its own below bench/.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import httpx
import psutil
import websockets

from tests.benchmarks.report import BENCH, Figure, ratio, write
from tests.live.console_process import PASSWORD, ROOT, free_port, wait_for

ROUNDS = 5
SECONDS = 2.0
CONNECTIONS = 16
PINGS = 300
VENV = BENCH / "granian"


@dataclass
class Served:
    """One running server and its figures, a list a measurement with one number a round."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    cookie: str = ""
    figures: dict[str, list[float]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def note(self, what: str, value: float) -> None:
        """Add one round's number."""
        self.figures.setdefault(what, []).append(value)


def install_granian() -> Path:
    """Return a Python that has granian beside everything of the console."""
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes"]
        requirements = str(ROOT / "requirements" / "bench.txt")
        subprocess.run([*install, "--disable-pip-version-check", "-r", requirements], check=True)
        packages = next((VENV / "lib").glob("python3.*")) / "site-packages"
        console_packages = next(path for path in sys.path if path.endswith("site-packages"))
        (packages / "console.pth").write_text(console_packages + "\n")
    return python


def command_of(name: str, port: int) -> list[str]:
    """Return how to start a server; both with uvloop, one worker, no access log, no compression."""
    if name == "uvicorn":
        return [sys.executable, "manage.py", "up"]
    options = f"--interface asgi --host 127.0.0.1 --port {port} --workers 1 --loop uvloop --ws"
    return [str(install_granian()), "-m", "granian", *options.split(), "console.asgi:application"]


def serve(name: str, directory: Path, stack: ExitStack) -> Served:
    """Start a server on a prepared data directory and sign in."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "CONSOLE_DATA_DIR": str(directory / name),
        "CONSOLE_PORT": str(port),
        "CONSOLE_ADMIN_PASSWORD": PASSWORD,
        "PYTHONPATH": str(ROOT),
    }
    prepare = "from console.management import startup as s; s.migrate(); s.collect_static()"
    prepare += f"; s.make_admin({PASSWORD!r})"
    shell = [sys.executable, "manage.py", "shell", "--no-imports", "-c", prepare]
    subprocess.run(shell, cwd=ROOT, env=environment, check=True)
    command = command_of(name, port)
    output = stack.enter_context((directory / f"{name}.log").open("wb"))
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    stack.callback(process.wait, 20)
    stack.callback(process.terminate)
    served = Served(name, port, process)
    wait_for(f"{name} at {served.url}", lambda: is_ready(served.url))
    served.cookie = sign_in(served.url)
    return served


def is_ready(url: str) -> bool | None:
    """Return True once it answers that it is ready."""
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200 or None
    except httpx.TransportError:
        return None


def sign_in(url: str) -> str:
    """Return the cookie of a session of the administrator."""
    with httpx.Client(base_url=url) as client:
        page = client.get("/sign-in/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "username": "admin", "password": PASSWORD}
        assert client.post("/sign-in/", data=form).status_code == 302
        return f"sessionid={client.cookies['sessionid']}"


async def load(port: int, path: str) -> tuple[float, float]:
    """Return GETs a second on kept connections, and their 95th percentile in milliseconds."""
    deadline = time.perf_counter() + SECONDS
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    times: list[float] = []

    async def ask_again_and_again() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < deadline:
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            assert length is not None
            await reader.readexactly(int(length[1]))
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(ask_again_and_again() for _ in range(CONNECTIONS)))
    return len(times) / SECONDS, quantiles(times, n=20)[-1] * 1000


async def ping(served: Served) -> float:
    """Return the 95th percentile in milliseconds of a frame there and back on the socket."""
    times = []
    headers = {"Cookie": served.cookie}
    address = f"ws://127.0.0.1:{served.port}/ws/"
    async with websockets.connect(
        address, origin=websockets.Origin(served.url), additional_headers=headers, compression=None
    ) as socket:
        for number in range(PINGS):
            began = time.perf_counter()
            await socket.send(f'{{"op":"ping","id":"{number}"}}')
            await socket.recv()
            times.append(time.perf_counter() - began)
    return quantiles(times, n=20)[-1] * 1000


def resident(served: Served) -> float:
    """Return the resident memory of the server and its workers in MiB, without the reaper."""
    process = psutil.Process(served.process.pid)
    family = [process, *process.children(recursive=True)]
    return (
        sum(one.memory_info().rss for one in family if "reaper" not in str(one.cmdline())) / 2**20
    )


def measure(served: Served) -> None:
    """Take one round of all figures."""
    for what, path in (("healthz", "/healthz"), ("sign-in page", "/sign-in/")):
        rate, p95 = asyncio.run(load(served.port, path))
        served.note(f"{what}, requests/s", rate)
        served.note(f"{what}, p95 ms", p95)
    served.note("socket round trip, p95 ms", asyncio.run(ping(served)))


def main() -> None:
    """Run both servers, measure in turns, report."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        pair = [serve(name, directory, stack) for name in ("uvicorn", "granian")]
        time.sleep(2)
        for served in pair:
            served.note("resident idle, MiB", resident(served))
        for number in range(ROUNDS):
            for served in pair if number % 2 == 0 else reversed(pair):
                measure(served)
    write("server", figures(*pair))


def figures(ours: Served, theirs: Served) -> list[Figure]:
    """Return uvicorn against granian for everything that was measured."""
    return [
        ratio(f"server-{number}", what, rounds, theirs.figures[what], peer=theirs.name)
        for number, (what, rounds) in enumerate(ours.figures.items(), 1)
    ]


if __name__ == "__main__":
    main()
