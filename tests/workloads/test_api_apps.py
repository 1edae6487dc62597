"""The REST API of Apps."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tenants.models import AuditEntry, User
from tests.conftest import ApiOf
from tests.fakes import FakeCluster
from tests.workloads.conftest import Committed
from workloads.api.base import merged
from workloads.models import App

URL = "/api/v1/tenants/team-a/apps/"


@pytest.fixture
def bobs(api: ApiOf, bob: User) -> APIClient:
    """Return the API as bob uses it."""
    return api(bob)


def test_create_show_and_list(
    bobs: APIClient, namespace: str, cluster: FakeCluster, committed: Committed
) -> None:
    data = {"name": "web", "image": "team/web:1", "command": "serve --fast", "replicas": 2}
    with committed():
        response = bobs.post(URL, data, format="json")
    assert response.status_code == 201, response.content
    assert response.json()["spec"]["command"] == ["serve", "--fast"]
    assert cluster.names("Deployment", namespace) == ["web"]
    shown = bobs.get(f"{URL}web/").json()
    assert (shown["state"], shown["replicas"], shown["revision"]) == ("pending", 2, 1)
    listed = bobs.get(URL, {"filter": "state:pending", "sort": "name", "page_size": "1"}).json()
    assert (listed["count"], [item["name"] for item in listed["items"]]) == (1, ["web"])
    assert bobs.get(URL, {"filter": "state:failed"}).json()["items"] == []
    assert bobs.get(URL, {"sort": "colour"}).status_code == 422


def test_complaints_are_a_problem_document(bobs: APIClient) -> None:
    response = bobs.post(URL, {"name": "X", "resources": {"cpu": "lots"}}, format="json")
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert set(response.json()["errors"]) == {"name", "image", "resources.cpu"}
    assert bobs.post(URL, [1], format="json").status_code == 422


def test_a_dry_run_tells_and_changes_nothing(bobs: APIClient, namespace: str) -> None:
    data = {"name": "web", "image": "team/web:1"}
    response = bobs.post(f"{URL}?dry_run=true", data, format="json")
    assert response.status_code == 200, response.content
    told = response.json()
    assert [one["kind"] for one in told["manifests"]] == ["Deployment", "Service"]
    assert told["quota"][0] == {
        "resource": "cpu",
        "used": "0",
        "asked": "0.5",
        "limit": "4",
        "left": "3.5",
    }
    assert not App.objects.exists()
    assert bobs.post(f"{URL}?dry_run=true", {}, format="json").status_code == 422


def test_a_dry_run_of_an_action_is_undone(web: App, bobs: APIClient, cluster: FakeCluster) -> None:
    entries, writes = AuditEntry.objects.count(), len(cluster.actors)
    response = bobs.post(f"{URL}web/stop/?dry_run=1")
    assert response.json()["state"] == "stopping"
    web.refresh_from_db()
    assert (web.state, web.stop_wanted) == ("pending", False)
    assert (AuditEntry.objects.count(), len(cluster.actors)) == (entries, writes)
    told = bobs.put(f"{URL}web/?dry_run=1", {"image": "team/web:2", "replicas": 2}, format="json")
    assert told.json()["changes"] == [
        {"path": "image", "before": "team/web:1", "after": "team/web:2"}
    ]


def test_put_replaces_and_patch_merges(web: App, bobs: APIClient) -> None:
    data = {"image": "team/web:2", "env": {"A": "1", "B": "2"}}
    changed = bobs.put(f"{URL}web/?expected_revision=1", data, format="json").json()
    assert (changed["revision"], changed["replicas"]) == (2, 1)
    patch: dict[str, Any] = {"env": {"A": None, "C": "3"}, "resources": {"cpu": "250m"}}
    changed = bobs.patch(f"{URL}web/", patch, format="json").json()
    assert changed["spec"]["env"] == {"B": "2", "C": "3"}
    assert changed["spec"]["resources"] == {"cpu": "250m", "memory": "512Mi"}
    assert bobs.put(f"{URL}web/?expected_revision=1", data, format="json").status_code == 409
    assert bobs.put(f"{URL}web/?expected_revision=x", data, format="json").status_code == 422
    revisions = bobs.get(f"{URL}web/revisions/").json()
    assert [one["number"] for one in revisions] == [3, 2, 1]


def test_a_merge_patch_knows_that_scale_and_autoscale_exclude_each_other() -> None:
    assert merged({"replicas": 2}, {"autoscale": {"max": 3}}) == {"autoscale": {"max": 3}}
    assert merged({"autoscale": {"max": 3}}, {"replicas": 2}) == {"replicas": 2}
    assert merged({"env": {"A": "1"}}, {"env": None}) == {}


def test_every_verb(web: App, bobs: APIClient, committed: Committed) -> None:
    assert bobs.post(f"{URL}web/scale/", {"replicas": 3}, format="json").json()["replicas"] == 3
    assert bobs.post(f"{URL}web/scale/", {}, format="json").status_code == 422
    assert bobs.post(f"{URL}web/restart/").json()["restarted_at"]
    assert bobs.post(f"{URL}web/stop/").json()["state"] == "stopping"
    assert bobs.post(f"{URL}web/start/").json()["state"] == "pending"
    rolled = bobs.post(f"{URL}web/rollback/", {"revision": 1}, format="json")
    assert rolled.status_code == 200
    response = bobs.delete(f"{URL}web/")
    assert (response.status_code, response.json()["delete_wanted"]) == (202, True)


WRITES = [
    ("post", "", {"name": "x", "image": "x"}),
    ("put", "web/", {"image": "x"}),
    ("patch", "web/", {"image": "x"}),
    ("delete", "web/", None),
    ("post", "web/scale/", {"replicas": 1}),
    ("post", "web/restart/", None),
    ("post", "web/stop/", None),
    ("post", "web/start/", None),
    ("post", "web/rollback/", {"revision": 1}),
    ("post", "web/proxy/predict", {}),
]
READS = ["", "web/", "web/revisions/", "web/logs/"]


@pytest.mark.parametrize(("method", "path", "data"), WRITES)
@pytest.mark.parametrize(("persona", "status"), [("vera", 403), ("audrey", 403), ("charlie", 404)])
def test_who_may_not_change(  # noqa: PLR0917 - a table and its fixtures
    method: str,
    path: str,
    data: Any,
    persona: str,
    status: int,
    web: App,
    api: ApiOf,
    request: pytest.FixtureRequest,
) -> None:
    client = api(request.getfixturevalue(persona))
    response = getattr(client, method)(f"{URL}{path}", data, format="json")
    assert response.status_code == status, response.content


@pytest.mark.parametrize("path", READS)
def test_who_may_look(path: str, web: App, api: ApiOf, vera: User, charlie: User) -> None:
    assert api(vera).get(f"{URL}{path}").status_code == 200
    assert api(charlie).get(f"{URL}{path}").status_code == 404
    assert APIClient().get(f"{URL}{path}").status_code == 401


@pytest.mark.parametrize("name", ["nothing", "a%00b", "x" * 300])
def test_what_is_not_there(name: str, bobs: APIClient) -> None:
    assert bobs.get(f"{URL}{name}/").status_code == 404
