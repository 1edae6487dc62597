"""What every `Cluster` does with containers: runs, logs, failures, limits, probes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from console.cluster.errors import NotFound
from console.cluster.objects import ContainerStatus
from tests.contracts.programs import Programs, config_map, deployment, pod
from tests.contracts.space import Space, finished

PROBE = {"periodSeconds": 1, "failureThreshold": 1}


def _ended(status: ContainerStatus) -> bool:
    return status.state.terminated is not None


class ContainerContract:
    """Needs the fixtures `space` and `programs`."""

    def test_a_pod_runs_to_its_end(self, space: Space, programs: Programs) -> None:
        space.apply(pod("hello", programs.prints("one", "two")))
        ended = space.until_pod("hello", finished)
        assert ended.status.phase == "Succeeded"
        terminated = ended.status.container_statuses[0].state.terminated
        assert terminated is not None
        assert (terminated.exit_code, terminated.reason) == (0, "Completed")
        assert space.log("hello") == ["one", "two"]
        assert ended.spec.node_name

    def test_a_failure_has_its_code_and_last_words(self, space: Space, programs: Programs) -> None:
        container = programs.prints("nearly", "no such file", code=3)
        container["terminationMessagePolicy"] = "FallbackToLogsOnError"
        space.apply(pod("broken", container))
        ended = space.until_pod("broken", finished)
        terminated = ended.status.container_statuses[0].state.terminated
        assert ended.status.phase == "Failed"
        assert terminated is not None
        assert (terminated.exit_code, terminated.reason) == (3, "Error")
        assert "no such file" in terminated.message

    def test_log_tail_and_since(self, space: Space, programs: Programs) -> None:
        before = datetime.now(UTC) - timedelta(seconds=5)
        space.apply(pod("hello", programs.prints(*map(str, range(50)))))
        space.until_pod("hello", finished)
        assert space.log("hello", tail_lines=3) == ["47", "48", "49"]
        assert len(space.log("hello", since=before)) == 50
        assert space.log("hello", since=datetime.now(UTC) + timedelta(minutes=1)) == []
        lines = list(space.cluster.read_log(space.name, "hello", tail_lines=1))
        assert lines[0].stream in {"stdout", "stderr"}
        assert abs(lines[0].at - datetime.now(UTC)) < timedelta(minutes=1)

    def test_log_follow_ends_with_the_container(self, space: Space, programs: Programs) -> None:
        code = "import time\nfor n in range(5): print(n, flush=True); time.sleep(0.1)"
        space.apply(pod("slow", programs.python(code)))
        space.until_pod("slow", lambda found: found.status.phase != "Pending")
        assert space.log("slow", follow=True, timeout=10) == ["0", "1", "2", "3", "4"]

    def test_log_follow_gives_up_after_silence(self, space: Space, programs: Programs) -> None:
        space.apply(pod("quiet", programs.sleeps()))
        space.until_container("quiet", lambda status: status.state.running is not None)
        assert space.log("quiet", follow=True, timeout=1)[-1:] in ([], ["sleeping"])

    def test_a_closed_follow_ends(self, space: Space, programs: Programs) -> None:
        code = "import time\nwhile True: print('tick', flush=True); time.sleep(0.05)"
        space.apply(pod("ticks", programs.python(code), terminationGracePeriodSeconds=0))
        space.until_container("ticks", lambda status: status.state.running is not None)
        lines = space.cluster.read_log(space.name, "ticks", follow=True, timeout=10)
        assert next(lines).text == "tick"
        lines.close()  # type: ignore[attr-defined]
        assert list(lines) == []

    def test_no_log_without_a_run(self, space: Space, programs: Programs) -> None:
        space.apply(pod("nowhere", programs.without_image()))
        with pytest.raises(NotFound):
            space.log("no-such-pod")
        with pytest.raises(NotFound):
            space.log("nowhere", container="no-such-container")

    def test_a_crash_loop_backs_off(self, space: Space, programs: Programs) -> None:
        space.apply(pod("loop", programs.prints("oh", code=1), restart="Always"))
        status = space.until_container(
            "loop",
            lambda item: bool(
                item.state.waiting and item.state.waiting.reason == "CrashLoopBackOff"
            ),
            60,
        )
        assert status.restart_count >= 1
        assert status.last_state.terminated is not None
        assert status.last_state.terminated.exit_code == 1
        assert space.log("loop", previous=True) == ["oh"]
        events = space.until("Event", lambda items: [e for e in items if e.reason == "BackOff"])
        assert events[0].involved_object.name == "loop"
        space.delete("Pod", "loop", grace_seconds=0)

    def test_on_failure_restarts_until_success(self, space: Space, programs: Programs) -> None:
        code = (
            "import os, sys\nif os.path.exists('/shared/x'): sys.exit(0)\n"
            "open('/shared/x', 'w').close()\nsys.exit(4)"
        )
        mount = [{"name": "shared", "mountPath": "/shared"}]
        container = programs.python(code, volumeMounts=mount)
        space.apply(
            pod(
                "again",
                container,
                restart="OnFailure",
                volumes=[{"name": "shared", "emptyDir": {}}],
            )
        )
        ended = space.until_pod("again", finished, 60)
        assert ended.status.phase == "Succeeded"
        assert ended.status.container_statuses[0].restart_count == 1

    def test_out_of_memory(self, space: Space, programs: Programs) -> None:
        space.apply(pod("eater", programs.eats("64Mi")))
        status = space.until_container("eater", _ended)
        assert status.state.terminated is not None
        assert status.state.terminated.reason == "OOMKilled"
        assert status.state.terminated.exit_code == 137

    def test_a_missing_image(self, space: Space, programs: Programs) -> None:
        space.apply(pod("bare", programs.without_image()))
        status = space.until_container(
            "bare",
            lambda item: bool(
                item.state.waiting and item.state.waiting.reason == "ImagePullBackOff"
            ),
            60,
        )
        assert status.state.waiting is not None
        assert status.state.waiting.message
        assert space.pods("bare")[0].status.phase == "Pending"

    def test_a_missing_program(self, space: Space, programs: Programs) -> None:
        space.apply(pod("lost", programs.without_program()))
        status = space.until_container("lost", _ended)
        assert status.state.terminated is not None
        assert status.state.terminated.exit_code in {127, 128}
        assert "no-such-program" in status.state.terminated.message

    def test_pod_deadline(self, space: Space, programs: Programs) -> None:
        space.apply(pod("late", programs.sleeps(), activeDeadlineSeconds=1))
        ended = space.until_pod("late", finished)
        assert (ended.status.phase, ended.status.reason) == ("Failed", "DeadlineExceeded")

    def test_delete_sends_a_signal_and_waits(self, space: Space, programs: Programs) -> None:
        code = (
            "import signal, sys\n"
            "signal.signal(signal.SIGTERM, lambda *_: (print('goodbye'), sys.exit(0)))\n"
            "print('ready', flush=True)\nsignal.pause()"
        )
        space.apply(pod("polite", programs.python(code), terminationGracePeriodSeconds=10))
        space.until_container("polite", lambda status: status.state.running is not None)
        follow = space.cluster.read_log(space.name, "polite", follow=True, timeout=10)
        seen = [next(follow).text]
        space.delete("Pod", "polite")
        seen += [line.text for line in follow]
        assert seen == ["ready", "goodbye"]
        space.until_gone("Pod", "polite")

    def test_delete_kills_after_the_grace(self, space: Space, programs: Programs) -> None:
        code = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up')\n"
        space.apply(pod("stubborn", programs.python(code + "while True: signal.pause()")))
        space.until_container("stubborn", lambda status: status.state.running is not None)
        assert next(space.cluster.read_log(space.name, "stubborn", follow=True)).text == "up"
        space.delete("Pod", "stubborn", grace_seconds=1)
        space.until_gone("Pod", "stubborn")

    def test_init_containers_come_first(self, space: Space, programs: Programs) -> None:
        mount = [{"name": "shared", "mountPath": "/shared"}]
        code = "open('/shared/a', 'w').write('made')"
        write = programs.python(code, name="init", volumeMounts=mount)
        read = programs.python("print(open('/shared/a').read())", volumeMounts=mount)
        volumes = [{"name": "shared", "emptyDir": {}}]
        space.apply(pod("steps", read, initContainers=[write], volumes=volumes))
        assert space.until_pod("steps", finished).status.phase == "Succeeded"
        assert space.log("steps") == ["made"]

    def test_a_failed_init_container_fails_the_pod(self, space: Space, programs: Programs) -> None:
        first = {**programs.prints("no", code=2), "name": "init"}
        space.apply(pod("steps", programs.prints("never"), initContainers=[first]))
        assert space.until_pod("steps", finished).status.phase == "Failed"
        with pytest.raises(NotFound):
            space.log("steps")

    def test_values_from_elsewhere(self, space: Space, programs: Programs) -> None:
        space.apply(config_map("settings", color="red", size="9"))
        container = programs.python(
            "import os, sys\nprint(os.environ['COLOR'], os.environ['ALL_size'],"
            " os.environ['POD'])\n"
            "print(sys.argv[1])\nprint(open('/etc/settings/size').read())",
            args=["$(COLOR)-$$(COLOR)-$(NOT_THERE)"],
            envFrom=[{"configMapRef": {"name": "settings"}, "prefix": "ALL_"}],
            env=[
                {
                    "name": "COLOR",
                    "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "color"}},
                },
                {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            ],
            volumeMounts=[{"name": "settings", "mountPath": "/etc/settings"}],
        )
        volumes = [{"name": "settings", "configMap": {"name": "settings"}}]
        space.apply(pod("told", container, volumes=volumes))
        space.until_pod("told", finished)
        assert space.log("told") == ["red 9 told", "red-$(COLOR)-$(NOT_THERE)", "9"]

    def test_a_missing_secret_says_so(self, space: Space, programs: Programs) -> None:
        source = {"secretKeyRef": {"name": "keys", "key": "token"}}
        container = {**programs.sleeps(), "env": [{"name": "TOKEN", "valueFrom": source}]}
        space.apply(pod("waits", container))
        status = space.until_container(
            "waits",
            lambda item: bool(item.state.waiting and "Config" in item.state.waiting.reason),
        )
        assert status.state.waiting is not None
        assert "keys" in status.state.waiting.message

    def test_a_pod_that_fits_nowhere_waits(self, space: Space, programs: Programs) -> None:
        asks = {"requests": {"cpu": "10000"}}
        space.apply(pod("huge", programs.sleeps(resources=asks)))
        waits = space.until_pod("huge", lambda found: bool(found.status.conditions))
        condition = next(c for c in waits.status.conditions if c.type == "PodScheduled")
        assert (condition.status, condition.reason) == ("False", "Unschedulable")
        assert "Insufficient cpu" in condition.message
        events = space.until(
            "Event", lambda items: [e for e in items if e.reason == "FailedScheduling"]
        )
        assert events[0].message.startswith("0/")

    def test_a_pod_without_its_claim_waits(self, space: Space, programs: Programs) -> None:
        volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "nothing"}}]
        space.apply(pod("poor", programs.sleeps(), volumes=volumes))
        waits = space.until_pod("poor", lambda found: bool(found.status.conditions))
        assert 'persistentvolumeclaim "nothing" not found' in waits.status.conditions[0].message

    def test_liveness_restarts(self, space: Space, programs: Programs) -> None:
        probe = {"httpGet": {"path": "/alive", "port": "http"}, **PROBE}
        container = programs.serves(livenessProbe=probe)
        space.apply(pod("sick", container, restart="Always"), labels={"app": "sick"})
        space.apply(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "sick"},
                "spec": {
                    "selector": {"app": "sick"},
                    "ports": [{"port": 80, "targetPort": "http"}],
                },
            }
        )
        space.until_container("sick", lambda status: status.ready)
        assert space.send("sick", "/not-alive").status == 200
        status = space.until_container("sick", lambda item: item.restart_count == 1)
        assert status.last_state.terminated is not None
        events = space.until("Event", lambda items: [e for e in items if e.reason == "Unhealthy"])
        assert any("Liveness probe failed" in event.message for event in events)
        space.until_container("sick", lambda item: item.ready)

    def test_exec_and_tcp_probes(self, space: Space, programs: Programs) -> None:
        code = "import sys, os\nsys.exit(0 if os.path.exists(os.environ['HOME']) else 1)"
        container = programs.serves(
            startupProbe={"exec": {"command": ["python", "-S", "-c", code]}, "timeoutSeconds": 5},
            livenessProbe={"tcpSocket": {"port": 8080}, "periodSeconds": 1},
        )
        space.apply(deployment("web", container))
        space.until_ready("web", 1)

    def test_readers_do_not_disturb_each_other(self, space: Space, programs: Programs) -> None:
        code = "import time\nfor n in range(200): print(n, flush=True); time.sleep(0.002)"
        space.apply(pod("shared", programs.python(code)))
        space.until_pod("shared", lambda found: found.status.phase != "Pending")
        results: list[list[str]] = []
        readers = [
            threading.Thread(target=lambda: results.append(space.log("shared", follow=True)))
            for _ in range(3)
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(20)
        assert results == [[str(n) for n in range(200)]] * 3
