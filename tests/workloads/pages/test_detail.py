"""The page of one App or Job: state, reason, next step, tabs, and what can be done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from console.cluster.cache import ClusterCache
from console.cluster.errors import Unavailable
from console.cluster.protocol import LogLine
from tenants.models import Tenant, User
from tests.factories import AppFactory, JobFactory
from tests.fakes import FakeCluster
from tests.workloads.conftest import FAILED, RUNNING, Committed, put_pod, until
from tests.workloads.pages.conftest import HTMX
from workloads import actions, queries
from workloads.models import App, Job, State

pytestmark = pytest.mark.django_db
WEB, TRAIN = "/t/team-a/apps/web/", "/t/team-a/jobs/train/"


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


@pytest.mark.parametrize(
    "tab", ["", "replicas/", "events/", "configuration/", "revisions/", "try/"]
)
def test_each_tab_of_an_app_has_an_address(bobs: Client, web: App, tab: str) -> None:
    page = text_of(bobs.get(WEB + tab))
    assert "<!DOCTYPE html>" in page
    assert 'aria-current="page"' in page
    part = text_of(bobs.get(WEB + tab, headers=HTMX)).lstrip()
    wanted = 'id="workload-status"' if tab == "" else 'id="workload-tab"'
    assert wanted in part[:200]
    assert "<!DOCTYPE" not in part


@pytest.mark.parametrize("tab", ["", "replicas/", "events/", "configuration/"])
def test_each_tab_of_a_job_has_an_address(bobs: Client, train: Job, tab: str) -> None:
    assert "<!DOCTYPE html>" in text_of(bobs.get(TRAIN + tab))


def test_a_part_that_there_is_not_is_not_found(bobs: Client, train: Job) -> None:
    assert bobs.get(f"{TRAIN}revisions/").status_code == 404
    assert bobs.get(f"{TRAIN}do/scale/").status_code == 404


def test_what_is_wrong_comes_with_its_reason_and_a_step(bobs: Client, team_a: Tenant) -> None:
    JobFactory(
        tenant=team_a,
        name="train",
        state=State.FAILED,
        reason="OOMKilled",
        message="It used more than its 512 MiB of memory.",
    )
    page = text_of(bobs.get(TRAIN))
    assert "It used more than its 512 MiB of memory." in page
    assert "OOMKilled" in page
    assert f'action="{TRAIN}do/retry/"' in page


def test_what_the_cluster_refused_is_said(bobs: Client, team_a: Tenant) -> None:
    AppFactory(tenant=team_a, name="web", sync_error="exceeded quota: pods")
    assert "exceeded quota: pods" in text_of(bobs.get(WEB))


def test_replicas_show_why_and_where(
    bobs: Client, cluster: FakeCluster, train: Job, known: ClusterCache
) -> None:
    put_pod(cluster, train, "train-1", **FAILED)
    until(lambda: queries.pods_of(train))
    page = text_of(bobs.get(f"{TRAIN}replicas/"))
    for wanted in ("train-1", "ValueError: no data", "laptop", "/t/team-a/pods/train-1/log/"):
        assert wanted in page


def test_viewers_see_no_action(veras: Client, web: App) -> None:
    for tab in ("", "revisions/", "configuration/", "try/"):
        page = text_of(veras.get(WEB + tab))
        assert "/do/" not in page
        assert 'href="/t/team-a/apps/web/edit/"' not in page
        assert '<dialog id="dialog-' not in page


def test_the_manifests_can_be_pasted_into_a_shell(bobs: Client, web: App) -> None:
    response = bobs.get(f"{WEB}configuration/")
    text = response.context["kubectl_text"]
    assert text.startswith("kubectl apply -f - <<'EOF'\n{")
    assert text.endswith("}\nEOF")
    assert response.context["kinds"] == ["Deployment", "Service"]


def test_scaling_answers_with_the_new_status(bobs: Client, web: App) -> None:
    part = text_of(bobs.post(f"{WEB}do/scale/", {"replicas": "3"}, headers=HTMX))
    assert 'id="workload-status"' in part
    assert "/3" in part
    web.refresh_from_db()
    assert web.replicas == 3


def test_without_script_an_action_leads_back(bobs: Client, web: App) -> None:
    response = bobs.post(f"{WEB}do/restart/", {"next": "/t/team-a/apps/?q=w"})
    assert (response.status_code, response["Location"]) == (303, "/t/team-a/apps/?q=w")
    elsewhere = bobs.post(f"{WEB}do/restart/", {"next": "//evil.example/"})
    assert elsewhere["Location"] == WEB


def test_a_refused_number_says_why(bobs: Client, web: App) -> None:
    for number in ("many", "0", ""):
        response = bobs.post(f"{WEB}do/scale/", {"replicas": number})
        assert response.status_code == 303
        assert "toast-error" in text_of(bobs.get(WEB))
    web.refresh_from_db()
    assert web.replicas == 2


def test_stopping_is_shown_at_once(bobs: Client, web: App) -> None:
    part = text_of(bobs.post(f"{WEB}do/stop/", headers=HTMX))
    assert "Stopping" in part
    assert f"{WEB}do/start/" in part


def test_a_viewers_action_is_refused(veras: Client, web: App) -> None:
    assert veras.post(f"{WEB}do/stop/").status_code == 403
    web.refresh_from_db()
    assert not web.stop_wanted


def test_deleting_names_what_goes_and_wants_the_name(bobs: Client, web: App) -> None:
    page = text_of(bobs.get(f"{WEB}do/delete/"))
    for wanted in ("Deployment “web”", "Service “web”", "1 revision", "confirm_name"):
        assert wanted in page
    bobs.post(f"{WEB}do/delete/", {"confirm_name": "other"})
    web.refresh_from_db()
    assert not web.delete_wanted
    response = bobs.post(f"{WEB}do/delete/", {"confirm_name": "web"})
    assert response["Location"] == "/t/team-a/apps/"
    web.refresh_from_db()
    assert web.delete_wanted


def test_a_job_is_cancelled_and_run_again(bobs: Client, train: Job) -> None:
    bobs.post(f"{TRAIN}do/cancel/")
    train.refresh_from_db()
    assert train.stop_wanted
    Job.objects.update(state=State.STOPPED)
    bobs.post(f"{TRAIN}do/retry/")
    train.refresh_from_db()
    assert (train.attempt, train.stop_wanted) == (2, False)


def test_revisions_are_compared_and_rolled_back(
    bobs: Client, bob: User, web: App, committed: Committed
) -> None:
    data = {"image": "team/web:2", "replicas": 2}
    with committed():
        actions.change_app(user=bob, app=web, data=data)
    page = text_of(bobs.get(f"{WEB}revisions/?compare=1"))
    assert "<del>team/web:2</del>" in page
    assert "<ins>team/web:1</ins>" in page
    bobs.post(f"{WEB}do/roll-back/", {"number": "1", "expected_revision": "2"})
    web.refresh_from_db()
    assert (web.image, web.revision) == ("team/web:1", 3)


def test_rolling_back_from_a_revision_not_seen_is_a_conflict(
    bobs: Client, bob: User, web: App, committed: Committed
) -> None:
    with committed():
        actions.change_app(user=bob, app=web, data={"image": "team/web:2"})
        actions.change_app(user=bob, app=web, data={"image": "team/web:3"})
    response = bobs.post(
        f"{WEB}do/roll-back/", {"number": "1", "expected_revision": "2"}, headers=HTMX
    )
    assert response.status_code == 409
    web.refresh_from_db()
    assert web.revision == 3


def test_the_page_works_while_the_cluster_is_down(
    bobs: Client, cluster: FakeCluster, web: App
) -> None:
    with cluster.failing():
        assert bobs.get(WEB).status_code == 200
        assert bobs.get(f"{WEB}replicas/").status_code == 200
        assert "No answer" in text_of(bobs.post(f"{WEB}send/", {"method": "GET", "path": "/"}))


def test_the_whole_log_is_a_file(
    bobs: Client, cluster: FakeCluster, web: App, known: ClusterCache
) -> None:
    for name in ("web-1", "web-2"):
        put_pod(cluster, web, name, **RUNNING)
        at = datetime(2026, 1, 1, 10, tzinfo=UTC)
        cluster.logs[web.tenant.namespace, name] = [LogLine(at, "stdout", f"hello of {name}")]
    until(lambda: len(queries.pods_of(web)) == 2)
    response = bobs.get(f"{WEB}log/")
    text = b"".join(response).decode()
    assert response["Content-Disposition"] == 'attachment; filename="web.log"'
    assert "web-1 hello of web-1" in text
    assert "web-2 hello of web-2" in text
    one = b"".join(bobs.get("/t/team-a/pods/web-1/log/")).decode()
    assert one == "2026-01-01T10:00:00.000+00:00 hello of web-1\n"


def test_a_pod_that_fails_meanwhile_does_not_end_the_file(
    bobs: Client, cluster: FakeCluster, web: App, known: ClusterCache
) -> None:
    put_pod(cluster, web, "web-1", **RUNNING)
    until(lambda: queries.pods_of(web))
    with cluster.failing(Unavailable("The node is away.")):
        assert b"".join(bobs.get(f"{WEB}log/")) == b"# web-1: The node is away.\n"
