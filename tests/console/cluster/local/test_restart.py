"""However the console ends, nothing is left; and it comes back with what was wanted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from console.cluster.local.kubelet.processes import node_id
from console.cluster.local.kubelet.reaper import marked
from tests.console.cluster.local.conftest import Start, make_space
from tests.contracts.programs import Programs, deployment, pod
from tests.contracts.space import Space, is_ready

ROOT = Path(__file__).parents[4]


def test_kill_9_leaves_nothing_and_a_restart_goes_on(start: Start, tmp_path: Path) -> None:
    node = node_id(tmp_path / "cluster")
    host = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("host.py")), str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
    )
    assert host.stdout is not None
    assert host.stdout.readline() == b"running\n"
    assert len(marked(node)) >= 6
    host.kill()
    host.wait()
    host.stdout.close()
    deadline = time.monotonic() + 5
    while marked(node) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert marked(node) == []

    space = Space(start(), "team-a")
    space.until_ready("web", 2)
    assert space.send("web").status == 200
    restarted = space.until_pod("web", is_ready).status.container_statuses[0]
    assert restarted.restart_count == 1
    assert restarted.last_state.terminated is not None
    assert restarted.last_state.terminated.reason == "NodeRestarted"

    assert space.until_condition("Job", "train", "Failed").reason == "BackoffLimitExceeded"
    cut_off = space.pods("train")[0].status.container_statuses[0].state.terminated
    assert cut_off is not None
    assert cut_off.message == "The console stopped while this container ran."
    space.until("Pod", lambda pods: [p for p in pods if _runs(p, "retried")])


def _runs(pod: object, prefix: str) -> bool:
    name, phase = pod.metadata.name, pod.status.phase  # type: ignore[attr-defined]
    return bool(name.startswith(prefix) and phase == "Running")


def test_a_clean_stop_is_told_the_same_way(start: Start, programs: Programs) -> None:
    local = start()
    space = make_space(local, "team-a")
    space.apply(deployment("web", programs.sleeps()))
    space.apply(pod("once", programs.sleeps()))
    space.until_ready("web", 1)
    space.until_container("once", lambda status: status.state.running is not None)
    assert next(iter(local.read_log(space.name, "once", follow=True))).text == "sleeping"
    log = space.log("once")
    before = space.pods("web")[0].metadata.uid
    local.close()

    space = Space(start(), "team-a")
    space.until_ready("web", 1)
    assert space.pods("web")[0].metadata.uid == before
    status = space.until_container("once", lambda item: item.state.terminated is not None)
    assert status.state.terminated is not None
    assert status.state.terminated.reason == "NodeRestarted"
    assert space.log("once") == log


def test_pods_being_deleted_are_gone_after_a_restart(start: Start, programs: Programs) -> None:
    local = start()
    space = make_space(local, "team-a")
    code = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up')\n"
    space.apply(pod("slow", programs.python(code + "while True: signal.pause()")))
    space.until_container("slow", lambda status: status.state.running is not None)
    space.delete("Pod", "slow")
    local.close()
    Space(start(), "team-a").until_gone("Pod", "slow")
