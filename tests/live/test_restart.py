"""The console is killed while containers run: Apps come back, Jobs say so, nothing is left over."""

from __future__ import annotations

import os
import time
from typing import Any

import psutil
import pytest

from tests.live.console_process import ConsoleProcess, wait_for

SERVE = (
    "import http.server, os; print('up', flush=True); "
    "http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), "
    "http.server.SimpleHTTPRequestHandler).serve_forever()"
)
LONG = "import time; print('training', flush=True); time.sleep(600)"
SMALL = {"cpu": "50m", "memory": "128Mi"}
APPS = [f"app-{number}" for number in range(3)]
JOBS = [f"job-{number}" for number in range(2)]


def tenant_with_workloads(console: ConsoleProcess) -> None:
    """Make a tenant with three Apps and two Jobs, all running."""
    console.post("/tenants/", {"slug": "team-a"})
    for name in APPS:
        command = ["python", "-c", SERVE]
        spec = {"name": name, "image": "none", "command": command, "resources": SMALL}
        console.post("/tenants/team-a/apps/", spec)
    for name in JOBS:
        command = ["python", "-c", LONG]
        spec = {"name": name, "image": "none", "command": command, "resources": SMALL}
        console.post("/tenants/team-a/jobs/", spec)
    wait_for_states(console, "apps", APPS, {"running"})
    wait_for_states(console, "jobs", JOBS, {"running"})


def wait_for_states(
    console: ConsoleProcess, kind: str, names: list[str], states: set[str]
) -> list[dict[str, Any]]:
    """Return the workloads once all of them are in one of the states."""

    def ask() -> list[dict[str, Any]] | None:
        found = [console.get(f"/tenants/team-a/{kind}/{name}/") for name in names]
        return found if all(one["state"] in states for one in found) else None

    return wait_for(f"{kind} {names} in {states}", ask, seconds=60)


def test_kill_minus_nine_and_start_again(console: ConsoleProcess) -> None:
    tenant_with_workloads(console)
    before = console.containers()
    assert len(before) >= 5

    console.kill()

    _, alive = psutil.wait_procs(before, timeout=10)
    assert alive == []
    assert console.containers() == []

    assert console.start() < 15
    wait_for_states(console, "apps", APPS, {"running"})
    for job in wait_for_states(console, "jobs", JOBS, {"failed"}):
        assert "console" in job["message"].lower()
        assert "stopped" in job["message"].lower()
    assert {process.pid for process in console.containers()}.isdisjoint(
        {process.pid for process in before}
    )


def test_a_clean_stop_ends_every_container(console: ConsoleProcess) -> None:
    tenant_with_workloads(console)
    containers = console.containers()

    began = time.monotonic()
    console.stop()

    assert time.monotonic() - began < 20
    _, alive = psutil.wait_procs(containers, timeout=1)
    assert alive == []


def test_the_consoles_secrets_do_not_reach_a_container(console: ConsoleProcess) -> None:
    console.post("/tenants/", {"slug": "team-a"})
    command = ["python", "-c", "import os; print(sorted(os.environ.items()))"]
    spec = {"name": "spy", "image": "none", "command": command, "resources": SMALL}
    console.post("/tenants/team-a/jobs/", spec)
    wait_for_states(console, "jobs", ["spy"], {"succeeded"})

    log = console.api.get("/tenants/team-a/jobs/spy/logs/").text

    assert "PATH" in log
    assert "CONSOLE_" not in log
    assert console.environment["CONSOLE_ADMIN_PASSWORD"] not in log
    secret_key = (console.directory / "secret_key").read_text()
    assert secret_key not in log


@pytest.mark.skipif(not os.path.exists("/proc"), reason="reads a process's environment from /proc")
def test_a_container_can_not_read_the_consoles_environment_by_inheritance(
    console: ConsoleProcess,
) -> None:
    tenant_with_workloads(console)

    for process in console.containers():
        assert not [name for name in process.environ() if name.startswith("CONSOLE_")]
