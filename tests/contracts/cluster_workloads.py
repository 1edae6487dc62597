"""What every `Cluster` does with Deployments, Jobs and Services."""

from __future__ import annotations

import json

import pytest

from console.cluster.errors import NotFound, Unavailable
from console.cluster.protocol import CONSOLE, ProxyRequest
from tests.contracts.programs import Programs, deployment, job, service
from tests.contracts.space import Space, is_ready


class JobContract:
    """Needs the fixtures `space` and `programs`."""

    def test_a_job_succeeds(self, space: Space, programs: Programs) -> None:
        space.apply(job("train", programs.prints("done")))
        space.until_condition("Job", "train", "Complete")
        status = space.get("Job", "train")["status"]
        assert status["succeeded"] == 1
        assert status["startTime"] <= status["completionTime"]

    def test_a_job_tries_again_and_gives_up(self, space: Space, programs: Programs) -> None:
        space.apply(job("train", programs.prints("no", code=1), backoffLimit=1))
        condition = space.until_condition("Job", "train", "Failed")
        assert condition.reason == "BackoffLimitExceeded"
        assert condition.message
        assert space.get("Job", "train")["status"]["failed"] == 2
        assert len(space.pods("train")) == 2

    def test_a_job_that_takes_too_long(self, space: Space, programs: Programs) -> None:
        space.apply(job("train", programs.sleeps(), activeDeadlineSeconds=1))
        condition = space.until_condition("Job", "train", "Failed")
        assert condition.reason == "DeadlineExceeded"
        space.until("Pod", lambda pods: not [p for p in pods if p.status.phase == "Running"])

    def test_a_job_that_restarts_in_place(self, space: Space, programs: Programs) -> None:
        container = programs.prints("no", code=1)
        space.apply(job("train", container, restart="OnFailure", backoffLimit=1))
        assert space.until_condition("Job", "train", "Failed").reason == "BackoffLimitExceeded"

    def test_an_indexed_job_gives_each_pod_its_part(self, space: Space, programs: Programs) -> None:
        container = programs.python("import os\nprint(os.environ['JOB_COMPLETION_INDEX'])")
        space.apply(job("parts", container, completions=3, parallelism=2, completionMode="Indexed"))
        space.until_condition("Job", "parts", "Complete")
        logs = [space.log(pod.metadata.name) for pod in space.pods("parts")]
        assert sorted(logs) == [["0"], ["1"], ["2"]]

    def test_suspend_and_resume(self, space: Space, programs: Programs) -> None:
        space.apply(job("train", programs.prints("done"), suspend=True))
        space.until_condition("Job", "train", "Suspended")
        assert not space.pods("train")
        space.apply(job("train", programs.prints("done"), suspend=False))
        space.until_condition("Job", "train", "Complete")

    def test_deleting_a_job_deletes_its_pods(self, space: Space, programs: Programs) -> None:
        space.apply(job("train", programs.sleeps()))
        space.until_pod("train", lambda pod: pod.status.phase == "Running")
        space.delete("Job", "train")
        space.until("Pod", lambda pods: not pods)


class DeploymentContract:
    """Needs the fixtures `space` and `programs`."""

    def test_scale_up_and_down(self, space: Space, programs: Programs) -> None:
        space.apply(deployment("web", programs.sleeps(), replicas=1))
        first = space.until_ready("web", 1)
        space.apply(deployment("web", programs.sleeps(), replicas=3))
        space.until_ready("web", 3)
        space.apply(deployment("web", programs.sleeps(), replicas=0))
        space.until_ready("web", 0)
        space.until("Pod", lambda pods: not pods)
        assert space.get("Deployment", "web")["metadata"]["generation"] > first.metadata.generation

    def test_a_broken_update_keeps_the_old_replicas(self, space: Space, programs: Programs) -> None:
        space.apply(deployment("web", programs.serves(), replicas=3))
        space.apply(service("web"))
        space.until_ready("web", 3)
        old = {pod.metadata.name for pod in space.pods("web")}
        space.apply(
            deployment("web", programs.without_program(), replicas=3, progressDeadlineSeconds=2)
        )
        space.until(
            "Deployment",
            lambda items: any(
                c.reason == "ProgressDeadlineExceeded" for c in items[0].status.conditions
            ),
        )
        assert {pod.metadata.name for pod in space.pods("web") if is_ready(pod)} == old
        assert space.send("web").status == 200
        conditions = space.get("Deployment", "web")["status"]["conditions"]
        assert ("Available", "True") in {(c["type"], c["status"]) for c in conditions}
        space.apply(deployment("web", programs.serves(), replicas=3))
        space.until_ready("web", 3)
        assert {pod.metadata.name for pod in space.pods("web") if is_ready(pod)} == old

    def test_an_update_replaces_all_pods(self, space: Space, programs: Programs) -> None:
        space.apply(deployment("web", programs.sleeps(), replicas=2))
        space.until_ready("web", 2)
        old = {pod.metadata.uid for pod in space.pods("web")}
        changed = deployment("web", programs.sleeps(), replicas=2)
        annotations = {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"}
        changed["spec"]["template"]["metadata"]["annotations"] = annotations
        space.apply(changed)
        space.until("Pod", lambda pods: not old & {pod.metadata.uid for pod in pods})
        space.until_ready("web", 2)
        sets = space.cluster.list("ReplicaSet", namespace=space.name).items
        assert len(sets) == 2

    def test_a_lost_pod_is_replaced(self, space: Space, programs: Programs) -> None:
        space.apply(deployment("web", programs.sleeps()))
        space.until_ready("web", 1)
        lost = space.pods("web")[0].metadata
        space.delete("Pod", lost.name, grace_seconds=0)
        space.until(
            "Pod", lambda pods: [p for p in pods if p.metadata.uid != lost.uid and is_ready(p)]
        )


class ServiceContract:
    """Needs the fixtures `space` and `programs`."""

    def test_requests_are_balanced(self, space: Space, programs: Programs) -> None:
        space.apply(deployment("web", programs.serves(), replicas=2))
        space.apply(service("web"))
        space.until_ready("web", 2)
        answers = [space.send("web") for _ in range(20)]
        assert {answer.status for answer in answers} == {200}
        served = {json.loads(answer.body)["pod"] for answer in answers}
        assert served == {pod.metadata.name for pod in space.pods("web")}
        assert all(answer.pod in served | {""} for answer in answers)

    def test_a_request_arrives_whole(self, space: Space, programs: Programs) -> None:
        space.apply(deployment("web", programs.serves()))
        space.apply(service("web"))
        space.until_ready("web", 1)
        headers = {"X-Mine": "1", "Connection": "X-Private", "X-Private": "2"}
        request = ProxyRequest("POST", "/a/b?c=d", headers, b"hello")
        answer = space.cluster.proxy(space.name, "web", request, actor=CONSOLE, port=80)
        seen = json.loads(answer.body)
        assert (seen["method"], seen["path"], seen["body"]) == ("POST", "/a/b?c=d", "hello")
        assert seen["headers"]["x-mine"] == "1"
        assert "x-private" not in seen["headers"]
        names = {name.lower() for name in answer.headers}
        assert "x-kept" in names
        assert not names & {"keep-alive", "connection", "transfer-encoding"}

    def test_answers_are_limited_and_redirects_not_followed(
        self, space: Space, programs: Programs
    ) -> None:
        space.apply(deployment("web", programs.serves()))
        space.apply(service("web"))
        space.until_ready("web", 1)
        large = space.send("web", "/large", limit=1000)
        assert (len(large.body), large.truncated) == (1000, True)
        moved = space.send("web", "/elsewhere")
        assert (moved.status, moved.truncated) == (302, False)

    def test_an_unready_replica_gets_nothing(self, space: Space, programs: Programs) -> None:
        space.apply(deployment("web", programs.serves()))
        space.apply(service("web"))
        space.until_ready("web", 1)
        space.send("web", "/not-ready")
        space.until_pod("web", lambda pod: not is_ready(pod))
        space.until("Deployment", lambda items: items[0].status.ready_replicas == 0)
        with pytest.raises(Unavailable) as caught:
            space.send("web", timeout=5)
        assert "web" in caught.value.message

    def test_nothing_behind_a_service(self, space: Space) -> None:
        space.apply(service("web"))
        with pytest.raises(Unavailable):
            space.send("web", timeout=5)
        with pytest.raises(NotFound):
            space.send("no-such-service")

    def test_containers_find_services(self, space: Space, programs: Programs) -> None:
        space.apply(deployment("web-api", programs.serves()))
        space.apply(service("web-api"))
        space.until_ready("web-api", 1)
        code = (
            "import os, urllib.request\nhost = os.environ['WEB_API_SERVICE_HOST']\n"
            "url = f\"http://{host}:{os.environ['WEB_API_SERVICE_PORT']}/here\"\n"
            "print(urllib.request.urlopen(url, timeout=5).status)"
        )
        space.apply(job("asks", programs.python(code)))
        space.until_condition("Job", "asks", "Complete")
        assert space.log(space.pods("asks")[0].metadata.name) == ["200"]

    def test_a_node_tells_what_it_uses(self, space: Space, programs: Programs) -> None:
        space.apply(deployment("web", programs.sleeps()))
        space.until_ready("web", 1)
        node = space.cluster.list("Node").items[0].metadata.name
        summary = space.cluster.node_summary(node)
        assert summary.node == node
        assert summary.memory_bytes > 0
        with pytest.raises(NotFound):
            space.cluster.node_summary("no-such-node")
