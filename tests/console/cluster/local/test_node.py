"""What is true of the embedded cluster only: directories, environments, ports, processes."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import psutil
import pytest

from console.cluster.errors import Unavailable
from console.cluster.local import LocalCluster, Options
from console.cluster.local.kubelet.processes import node_id
from console.cluster.local.kubelet.reaper import marked
from tests.console.cluster.local.conftest import QUICK, Start, make_space
from tests.contracts.programs import Programs, deployment, job, pod, service
from tests.contracts.space import Space, finished

CANARY = "canary-of-the-console-4711"
SHOW = "import json, os\nprint(json.dumps(dict(os.environ)))\nprint(os.getcwd())"


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_SECRET_KEY", CANARY)


def _claim(name: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}},
    }


def test_nothing_of_the_consoles_environment_reaches_a_container(
    canary: None, space: Space, programs: Programs
) -> None:
    space.apply(pod("curious", programs.python(SHOW)))
    space.until_pod("curious", finished)
    log = space.log("curious")
    assert CANARY not in "".join(log)
    names = set(json.loads(log[0]))
    assert names <= {
        "PATH", "HOME", "TMPDIR", "LANG", "HOST", "MOONBASE_NODE", "MOONBASE_CONTAINER", "LC_CTYPE",
    }  # fmt: skip


def test_markers_cannot_be_overridden(space: Space, programs: Programs) -> None:
    container = programs.python(SHOW)
    container["env"] = [{"name": "MOONBASE_NODE", "value": "mine"}]
    space.apply(pod("sly", container))
    space.until_pod("sly", finished)
    assert json.loads(space.log("sly")[0])["MOONBASE_NODE"] != "mine"


def test_tenants_have_separate_private_directories(local: LocalCluster, programs: Programs) -> None:
    homes = []
    for name in ("team-a", "team-b"):
        space = make_space(local, name)
        space.apply(pod("curious", programs.python(SHOW + "\nimport time; time.sleep(30)")))
        space.until_container("curious", lambda status: status.state.running is not None)
        lines = space.cluster.read_log(name, "curious", follow=True, timeout=10)
        environment, work = json.loads(next(lines).text), Path(next(lines).text)
        assert Path(environment["HOME"]).parent == work.parent
        assert Path(environment["TMPDIR"]).parent == work.parent
        homes.append(work)
        for parent in list(work.parents)[:5]:
            assert parent.stat().st_mode & 0o077 == 0, parent
    assert os.path.commonpath(homes).endswith("/pods")


def test_directories_go_with_the_pod(tmp_path: Path, space: Space, programs: Programs) -> None:
    space.apply(pod("hello", programs.prints("x")))
    space.until_pod("hello", finished)
    assert list((tmp_path / "cluster/pods/team-a").iterdir())
    space.delete("Pod", "hello")
    space.until_gone("Pod", "hello")
    assert not (tmp_path / "cluster/pods/team-a").exists()


def test_a_claim_is_a_directory_that_pods_share_and_that_stays(
    tmp_path: Path, space: Space, programs: Programs
) -> None:
    space.apply(_claim("digits"))
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "digits"}}]
    mount = [{"name": "v", "mountPath": "/data"}]
    write = programs.python(
        "import os\nopen('/data/model', 'w').write('trained')\nprint(os.path.realpath('data'))",
        volumeMounts=mount,
    )
    read = programs.python(
        "import os, sys\nprint(open(sys.argv[1]).read(), os.environ['MODEL'])",
        volumeMounts=[{**mount[0], "readOnly": True}],
        args=["/data/model"],
        env=[{"name": "MODEL", "value": "/data/model"}],
    )
    space.apply(pod("writer", write, volumes=volumes))
    space.until_pod("writer", finished)
    space.apply(pod("reader", read, volumes=volumes))
    space.until_pod("reader", finished)
    directory = tmp_path / "volumes/team-a/digits"
    assert space.log("writer") == [str(directory)]
    assert space.log("reader") == [f"trained {directory}/model"]
    space.delete("PersistentVolumeClaim", "digits")
    assert (directory / "model").read_text() == "trained"


def test_a_pod_starts_when_its_claim_comes(space: Space, programs: Programs) -> None:
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "later"}}]
    space.apply(pod("waits", programs.prints("x"), volumes=volumes))
    space.until_pod("waits", lambda found: bool(found.status.conditions))
    space.apply(_claim("later"))
    assert space.until_pod("waits", finished).status.phase == "Succeeded"


def test_an_image_of_ours_is_its_directory(
    start: Start, tmp_path: Path, programs: Programs
) -> None:
    (tmp_path / "images/hello").mkdir(parents=True)
    (tmp_path / "images/hello/main.py").write_text(
        "open('x', 'w').close()\nprint('from the image')"
    )
    (tmp_path / "images/hello/Containerfile").write_text(
        'FROM python:3\nENTRYPOINT ["python", "main.py"]\nCMD ["--help"]\n'
    )
    space = make_space(start(images=tmp_path / "images"), "team-a")
    space.apply(pod("hello", {"name": "main", "image": "moonbase/hello:1"}))
    space.until_pod("hello", finished)
    assert space.log("hello") == ["from the image"]
    assert not (tmp_path / "images/hello/x").exists()
    for image in ("moonbase/nothing:1", "moonbase/..:1"):
        space.apply(pod("bad", {"name": "main", "image": image}))
        status = space.until_container("bad", lambda item: item.state.waiting is not None)
        space.until_container(
            "bad", lambda item: bool(item.state.waiting and "Image" in item.state.waiting.reason)
        )
        assert status.state.terminated is None
        space.delete("Pod", "bad", grace_seconds=0)
        space.until_gone("Pod", "bad")


def test_processes_that_left_the_session_end_too(
    tmp_path: Path, space: Space, programs: Programs
) -> None:
    node = node_id(tmp_path / "cluster")
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(300)\n"
        "    os._exit(0)\n"
        "print('left', flush=True)\ntime.sleep(300)"
    )
    space.apply(pod("runaway", programs.python(code), terminationGracePeriodSeconds=0))
    space.until_container("runaway", lambda status: status.state.running is not None)
    assert next(space.cluster.read_log("team-a", "runaway", follow=True)).text == "left"
    assert len(marked(node)) >= 2
    space.delete("Pod", "runaway")
    space.until_gone("Pod", "runaway")
    assert marked(node) == []


def test_leftovers_end_when_the_container_ends(
    tmp_path: Path, space: Space, programs: Programs
) -> None:
    code = "import os, time\nif os.fork() == 0: time.sleep(300)\nprint('gone', flush=True)"
    space.apply(pod("parent", programs.python(code)))
    assert space.until_pod("parent", finished).status.phase == "Succeeded"
    assert marked(node_id(tmp_path / "cluster")) == []


def test_priority_goes_first_and_devices_are_counted(space: Space, programs: Programs) -> None:
    cards = {"limits": {"example.com/card": 2}}
    space.apply(pod("first", programs.sleeps(resources=cards)))
    space.until_container("first", lambda status: status.state.running is not None)
    for name in ("low", "high", "normal"):
        space.apply(pod(name, programs.sleeps(resources=cards), priorityClassName=name))
        waits = space.until_pod(name, lambda found: bool(found.status.conditions))
        assert waits.status.conditions[0].message == (
            "0/1 nodes are available: 1 Insufficient example.com/card."
        )
    for gone, follows in (("first", "high"), ("high", "normal"), ("normal", "low")):
        space.delete("Pod", gone, grace_seconds=0)
        space.until_container(follows, lambda status: status.state.running is not None)
        running = [p.metadata.name for p in space.pods() if p.status.phase == "Running"]
        assert running == [follows]


def test_samples_of_a_busy_container(space: Space, programs: Programs) -> None:
    space.apply(job("busy", programs.python("held = b'x' * (32 << 20)\nwhile True: pass")))
    node = space.cluster.list("Node").items[0].metadata.name
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        used = space.cluster.node_summary(node).containers
        if used and used[0].cpu_milli > 100 and used[0].memory_bytes > 32 << 20:
            break
        time.sleep(0.05)
    assert used[0].namespace == "team-a"
    assert used[0].container == "main"
    assert used[0].cpu_milli > 100
    assert used[0].memory_bytes > 32 << 20


def test_a_flood_of_output_does_not_stop_the_cluster(
    start: Start, tmp_path: Path, programs: Programs
) -> None:
    options = Options(restart_delay=0.2, close_grace=0.2, log_limit=200_000)
    space = make_space(start(options=options), "team-a")
    flood = "import sys\nwhile True: sys.stdout.write('x' * 99 + '\\n')"
    space.apply(pod("flood", programs.python(flood), terminationGracePeriodSeconds=0))
    space.until_container("flood", lambda status: status.state.running is not None)
    space.apply(pod("hello", programs.prints("hi")))
    assert space.until_pod("hello", finished, 10).status.phase == "Succeeded"
    logs = list((tmp_path / "cluster/pods/team-a").glob("flood_*/logs/main/*"))
    assert sum(path.stat().st_size for path in logs) <= 800_000
    assert len(space.log("flood", tail_lines=10)) == 10


def test_one_directory_has_one_cluster(
    local: LocalCluster, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.cluster.local.engine.LOCK_SECONDS", 0.1)
    with pytest.raises(Unavailable):
        start()


def test_idle_costs_next_to_nothing(local: LocalCluster) -> None:
    own = psutil.Process()
    reaper = psutil.Process(local.reaper_pid)
    own.cpu_times()
    before, began = _cpu(own), time.monotonic()
    time.sleep(1)
    used = (_cpu(own) - before) / (time.monotonic() - began)
    assert used < 0.05
    assert reaper.memory_info().rss < 16 << 20
    assert own.num_threads() < 30


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def test_close_leaves_nothing(start: Start, tmp_path: Path, programs: Programs) -> None:
    local = start()
    space = make_space(local, "team-a")
    space.apply(deployment("web", programs.serves(), replicas=2))
    space.apply(service("web"))
    space.until_ready("web", 2)
    reaper = local.reaper_pid
    local.close()
    assert marked(node_id(tmp_path / "cluster")) == []
    assert not psutil.pid_exists(reaper)
    local.close()


def test_two_hundred_pods(start: Start, programs: Programs) -> None:
    space = make_space(start(options=QUICK), "team-a")
    container = {"name": "main", "image": "x", "command": ["sleep", "300"]}
    space.apply(deployment("many", container, replicas=100))
    space.until_ready("many", 100)
    assert psutil.Process().num_threads() < 30
    space.delete("Deployment", "many")
    space.until("Pod", lambda pods: not pods)
