"""The REST API of Jobs and pods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from console.cluster.cache import ClusterCache
from console.cluster.protocol import LogLine, Ref
from tenants.models import Tenant, User
from tests.conftest import ApiOf
from tests.fakes import FakeCluster
from tests.workloads.conftest import FAILED, RUNNING, item, put_pod, text_of, until
from workloads.models import App, Job

URL = "/api/v1/tenants/team-a/"
START = datetime(2026, 1, 1, 10, tzinfo=UTC)


def lines(*texts: str, offset: int = 0) -> list[LogLine]:
    return [
        LogLine(START + timedelta(seconds=2 * index + offset), "stdout", text)
        for index, text in enumerate(texts)
    ]


@pytest.fixture
def bobs(api: ApiOf, bob: User) -> APIClient:
    """Return the API as bob uses it."""
    return api(bob)


def test_a_life(bobs: APIClient, namespace: str) -> None:
    response = bobs.post(
        f"{URL}jobs/", {"name": "train", "image": "x", "workers": 2}, format="json"
    )
    assert response.status_code == 201, response.content
    assert (response.json()["workers"], response.json()["attempt"]) == (2, 1)
    assert bobs.get(f"{URL}jobs/").json()["count"] == 1
    assert bobs.get(f"{URL}jobs/train/").json()["state"] == "pending"
    assert bobs.post(f"{URL}jobs/train/retry/").status_code == 409
    assert bobs.post(f"{URL}jobs/train/cancel/").json()["state"] == "stopping"
    assert bobs.delete(f"{URL}jobs/train/").status_code == 202
    dry = bobs.post(f"{URL}jobs/?dry_run=true", {"name": "y", "image": "x"}, format="json")
    assert [one["kind"] for one in dry.json()["manifests"]] == ["Job"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", ""), ("delete", "train/"), ("post", "train/cancel/"), ("post", "train/retry/")],
)
def test_who_may_not_change(
    *, method: str, path: str, train: Job, api: ApiOf, vera: User, charlie: User
) -> None:
    data = {"name": "x", "image": "x"}
    for user, status in ((vera, 403), (charlie, 404)):
        response = getattr(api(user), method)(f"{URL}jobs/{path}", data, format="json")
        assert response.status_code == status


def test_pods_come_from_the_cache(
    *,
    bobs: APIClient,
    api: ApiOf,
    train: Job,
    web: App,
    cluster: FakeCluster,
    known: ClusterCache,
    charlie: User,
) -> None:
    namespace = train.tenant.namespace
    put_pod(cluster, train, "train-1", **FAILED)
    put_pod(cluster, web, "web-1", **RUNNING)
    until(lambda: len(known.list("Pod", namespace)) == 2)
    cluster.actors.clear()
    listed = bobs.get(f"{URL}pods/", {"sort": "-name", "filter": "kind:job"}).json()
    assert [item["name"] for item in listed["items"]] == ["train-1"]
    shown = bobs.get(f"{URL}pods/train-1/").json()
    assert (shown["state"], shown["exit_code"], shown["workload"]) == ("failed", 1, "train")
    assert bobs.get(f"{URL}pods/none/").status_code == 404
    for path in ("pods/", "pods/train-1/", "pods/train-1/log", "jobs/train/logs/"):
        assert api(charlie).get(f"{URL}{path}").status_code == 404


def test_logs(
    bobs: APIClient, train: Job, cluster: FakeCluster, known: ClusterCache, team_b: Tenant
) -> None:
    namespace = train.tenant.namespace
    put_pod(cluster, train, "train-1", **FAILED)
    cluster.logs[namespace, "train-1"] = lines("one", "two", "three")
    until(lambda: known.get("Pod", namespace, "train-1"))
    response = bobs.get(f"{URL}pods/train-1/log", {"tail": "2"})
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert text_of(response) == b"two\nthree\n"
    assert bobs.get(f"{URL}jobs/train/logs/").content == b"one\ntwo\nthree\n"
    assert bobs.get(f"{URL}jobs/train/logs/", {"tail": "1"}).content == b"three\n"
    for tail in ("x", "-1", "10001"):
        assert bobs.get(f"{URL}pods/train-1/log", {"tail": tail}).status_code == 422
    assert bobs.get(f"{URL}pods/none/log").status_code == 404


def test_logs_of_several_pods_are_merged_by_time(
    bobs: APIClient, web: App, cluster: FakeCluster, known: ClusterCache
) -> None:
    namespace = web.tenant.namespace
    for offset, name in enumerate(("web-1", "web-2")):
        put_pod(cluster, web, name, **RUNNING)
        cluster.logs[namespace, name] = lines("a", "b", offset=offset)
    until(lambda: len(known.list("Pod", namespace)) == 2)
    expected = b"web-1 a\nweb-2 a\nweb-1 b\nweb-2 b\n"
    assert bobs.get(f"{URL}apps/web/logs/").content == expected


def test_a_followed_log_ends_with_its_job(
    bobs: APIClient, train: Job, cluster: FakeCluster, known: ClusterCache
) -> None:
    namespace = train.tenant.namespace
    put_pod(cluster, train, "train-1", **FAILED)
    cluster.logs[namespace, "train-1"] = lines("one", "two")
    ref = Ref("Job", "train", namespace)
    cluster.set_status(ref, conditions=[{"type": "Failed", "status": "True"}])
    until(lambda: known.get("Pod", namespace, "train-1"))
    until(lambda: item(known, ref).status.conditions)
    response = bobs.get(f"{URL}jobs/train/logs/", {"follow": "true"})
    assert text_of(response) == b"one\ntwo\n"
    response = bobs.get(f"{URL}pods/train-1/log", {"follow": "true"})
    assert text_of(response) == b"one\ntwo\n"
