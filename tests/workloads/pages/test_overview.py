"""The first page of a tenant, the start with the example, bulk actions and the search."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.models import Tenant
from tenants.storage.models import Volume
from tests.factories import AppFactory, JobFactory, VolumeFactory
from tests.workloads.pages.conftest import HTMX
from workloads.models import App, Job, State

pytestmark = pytest.mark.django_db
HOME = "/t/team-a/"


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


def open_steps(response: Any) -> list[int]:
    return [step.number for step in response.context["steps"] if step.is_open]


def test_a_new_tenant_starts_with_the_example(bobs: Client, namespace: str, team_a: Tenant) -> None:
    first = bobs.get(HOME)
    assert open_steps(first) == [1]
    launched = bobs.post(f"{HOME}start/train/")
    assert launched["Location"] == "/t/team-a/jobs/digits-train/"
    assert Volume.objects.get().name == "digits"
    assert open_steps(bobs.get(HOME)) == []
    Job.objects.update(state=State.SUCCEEDED)
    assert open_steps(bobs.get(HOME)) == [2]
    assert bobs.post(f"{HOME}start/serve/")["Location"] == "/t/team-a/apps/digits/"
    App.objects.update(state=State.RUNNING, ready=2)
    last = bobs.get(HOME)
    assert open_steps(last) == [3]
    assert 'href="/t/team-a/apps/digits/try/"' in text_of(last)
    assert bobs.post(f"{HOME}start/other/").status_code == 404


def test_viewers_are_not_offered_the_start(veras: Client, team_a: Tenant) -> None:
    assert 'form="start-1"' not in text_of(veras.get(HOME))
    assert veras.post(f"{HOME}start/train/").status_code == 403
    assert Job.objects.count() == 0


def test_what_needs_attention_comes_first_with_why(bobs: Client, team_a: Tenant) -> None:
    AppFactory(tenant=team_a, name="well", state=State.RUNNING)
    AppFactory(tenant=team_a, name="ill", state=State.DEGRADED, message="1 of 2 replicas fails.")
    JobFactory(tenant=team_a, name="lost", state=State.FAILED, message="Ended with exit code 3.")
    JobFactory(tenant=team_a, name="busy", state=State.RUNNING)
    page = bobs.get(HOME)
    text = text_of(page)
    assert page.context["steps"] == []
    assert [each.name for each, _step in page.context["waiting"]] == ["ill"]
    assert [each.name for each, _step in page.context["failures"]] == ["lost"]
    assert [job.name for job in page.context["running"]] == ["busy"]
    assert page.context["apps"][0].name == "ill"
    assert "1 of 2 replicas fails." in text
    assert "Ended with exit code 3." in text
    part = text_of(bobs.get(HOME, headers=HTMX))
    assert part.lstrip().startswith('<div id="overview-live"')


def test_the_overview_costs_few_queries(bobs: Client, team_a: Tenant) -> None:
    for number in range(30):
        AppFactory(tenant=team_a, name=f"app-{number}", state=State.FAILED, message="It ended.")
        JobFactory(tenant=team_a, name=f"job-{number}", state=State.FAILED, message="It ended.")
    bobs.get(HOME)
    with CaptureQueriesContext(connection) as counted:
        bobs.get(HOME)
    assert len(counted) <= 16, [query["sql"] for query in counted]


def test_bulk_actions_tell_how_each_one_went(bobs: Client, team_a: Tenant) -> None:
    AppFactory(tenant=team_a, name="one")
    AppFactory(tenant=team_a, name="two", stop_wanted=True, state=State.STOPPED)
    response = bobs.post(
        "/t/team-a/bulk/app/", {"action": "restart", "name": ["one", "two", "gone"]}, headers=HTMX
    )
    text = text_of(response)
    assert (text.count("is-good"), text.count("is-bad")) == (1, 2)
    assert "1 of 3 done" in text
    assert "is stopped; start it instead" in text
    assert "workload-changed" in response["HX-Trigger"]


def test_bulk_asks_before_something_goes(bobs: Client, team_a: Tenant) -> None:
    AppFactory(tenant=team_a, name="one")
    data = {"action": "delete", "name": ["one"]}
    asked = text_of(bobs.post("/t/team-a/bulk/app/", data))
    assert "This can&#x27;t be undone" in asked
    assert not App.objects.get().delete_wanted
    bobs.post("/t/team-a/bulk/app/", data | {"confirmed": "1"})
    assert App.objects.get().delete_wanted


def test_bulk_without_a_choice_says_so(bobs: Client, veras: Client, team_a: Tenant) -> None:
    assert "Select at least one Job" in text_of(
        bobs.post("/t/team-a/bulk/job/", {"action": "retry"})
    )
    assert bobs.post("/t/team-a/bulk/job/", {"action": "scale"}).status_code == 422
    assert veras.post("/t/team-a/bulk/job/", {"action": "retry"}).status_code == 403


def test_the_search_finds_things_and_pages(bobs: Client, team_a: Tenant, team_b: Tenant) -> None:
    AppFactory(tenant=team_a, name="digits")
    JobFactory(tenant=team_a, name="train-digits")
    VolumeFactory(tenant=team_a, name="digits-data")
    AppFactory(tenant=team_b, name="digits-of-others")
    response = bobs.get("/t/team-a/search/?q=digits")
    hits = [(hit.name, hit.what) for hit in response.context["hits"]]
    assert hits == [("digits", "App"), ("digits-data", "Volume"), ("train-digits", "Job")]
    part = text_of(bobs.get("/t/team-a/search/?q=digits", headers=HTMX))
    assert part.startswith('<li><a href="/t/team-a/apps/digits/"')
    assert "New App" in text_of(bobs.get("/t/team-a/search/?q=new"))
    assert "Nothing by that name" in text_of(bobs.get("/t/team-a/search/?q=zzz"))


def test_the_search_offers_viewers_no_action(veras: Client, team_a: Tenant) -> None:
    assert "New App" not in text_of(veras.get("/t/team-a/search/?q=new"))
