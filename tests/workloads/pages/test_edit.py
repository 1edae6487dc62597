"""Create, clone and change: nothing typed is lost, and nobody overwrites another unseen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tenants.models import Tenant, User
from tests.factories import VolumeFactory
from tests.workloads.conftest import Committed
from tests.workloads.pages.conftest import HTMX
from workloads import actions
from workloads.models import App, Job

pytestmark = pytest.mark.django_db
NEW_APP, NEW_JOB, EDIT = "/t/team-a/new/app/", "/t/team-a/new/job/", "/t/team-a/apps/web/edit/"
JOB = {
    "_mode": "form",
    "_do": "save",
    "name": "train",
    "image": "team/train:1",
    "command": "python train.py --epochs 3",
    "resources.cpu": "1 core",
    "resources.memory": "2 GiB",
    "timeout": "2h",
}


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


def errors_of(response: Any) -> dict[str, list[str]]:
    return dict(response.context["editor"].errors)


def test_a_job_is_created_from_the_form(bobs: Client, team_a: Tenant) -> None:
    response = bobs.post(NEW_JOB, JOB)
    assert (response.status_code, response["Location"]) == (303, "/t/team-a/jobs/train/")
    job = Job.objects.get()
    assert job.spec["command"] == ["python", "train.py", "--epochs", "3"]
    assert job.spec["resources"] == {"cpu": "1", "memory": "2Gi"}
    assert job.spec["timeout"] == 7200
    assert job.created_by == "bob"


def test_htmx_is_led_to_the_new_page(bobs: Client) -> None:
    response = bobs.post(NEW_JOB, JOB, headers=HTMX)
    assert response["HX-Redirect"] == "/t/team-a/jobs/train/"


def test_errors_stand_beside_the_fields_and_all_input_stays(bobs: Client) -> None:
    bad = JOB | {"name": "Bad Name", "retries": "many", "resources.memory": "lots"}
    bad |= {"env.key": "A B", "env.value": "kept value"}
    page = text_of(bobs.post(NEW_JOB, bad))
    for kept in ('value="Bad Name"', 'value="many"', 'value="lots"', "kept value", "--epochs 3"):
        assert kept in page
    assert "is not a whole number" in page
    assert "is not an amount of memory" in page
    assert Job.objects.count() == 0
    part = text_of(bobs.post(NEW_JOB, bad, headers=HTMX)).lstrip()
    assert part.startswith('<form id="workload-form"')


def test_all_mistakes_are_told_at_once(bobs: Client) -> None:
    bad = JOB | {"name": "Bad Name", "retries": "many", "resources.memory": "lots"}
    assert set(errors_of(bobs.post(NEW_JOB, bad))) == {"name", "retries", "resources.memory"}


def test_what_the_database_knows_is_told_beside_the_field(bobs: Client, train: Job) -> None:
    mounted = JOB | {"mounts.volume": "nowhere", "mounts.path": "/data"}
    page = text_of(bobs.post(NEW_JOB, mounted))
    assert "There is no volume “nowhere”" in page
    assert "The name is taken" in text_of(bobs.post(NEW_JOB, JOB))


def test_the_shortfall_is_said_and_the_form_stays(bobs: Client) -> None:
    page = text_of(bobs.post(NEW_JOB, JOB | {"resources.cpu": "5"}))
    assert "Short by 1 CPU" in page
    assert 'value="5"' in page


def test_form_and_json_are_two_ways_to_write_the_same(bobs: Client, team_a: Tenant) -> None:
    VolumeFactory(tenant=team_a, name="data")
    form = JOB | {"mounts.volume": "data", "mounts.path": "/data", "env.key": "A", "env.value": "1"}
    as_json = bobs.post(NEW_JOB, form | {"_do": "as-json"}).context["editor"]
    assert as_json.mode == "json"
    spec = json.loads(as_json.text)
    assert spec["mounts"] == [{"volume": "data", "path": "/data"}]
    back = bobs.post(NEW_JOB, {"_mode": "json", "_json": as_json.text, "_do": "as-form"})
    editor = back.context["editor"]
    assert editor.mode == "form"
    assert editor.typed.rows == {"env": [("A", "1")], "mounts": [("data", "/data")]}
    assert editor.data() == spec


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"name": "a", "name": "b"}', '{"command": "x"}', "[" * 20_000, "1e999"],
)
def test_what_the_form_can_not_show_stays_json(bobs: Client, text: str) -> None:
    response = bobs.post(NEW_JOB, {"_mode": "json", "_json": text, "_do": "as-form"})
    editor = response.context["editor"]
    assert (response.status_code, editor.mode, editor.text) == (200, "json", text)
    assert editor.errors


def test_an_unknown_field_is_kept_and_then_refused(bobs: Client) -> None:
    text = json.dumps({"name": "train", "image": "x", "sidecar": {"image": "y"}})
    page = bobs.post(NEW_JOB, {"_mode": "json", "_json": text, "_do": "as-form"})
    rest = page.context["editor"].rest
    assert json.loads(rest) == {"sidecar": {"image": "y"}}
    saved = bobs.post(NEW_JOB, JOB | {"_rest": rest})
    assert "sidecar" in errors_of(saved)
    assert "sidecar" in text_of(saved)
    assert Job.objects.count() == 0


def test_a_row_is_added_without_script(bobs: Client) -> None:
    page = bobs.post(NEW_JOB, JOB | {"_do": "add-env", "env.key": "A", "env.value": "1"})
    assert page.context["editor"].typed.rows["env"] == [("A", "1"), ("", "")]


def test_the_side_panel_shows_the_quota_left(bobs: Client, namespace: str) -> None:
    part = text_of(bobs.post(NEW_JOB, JOB | {"_do": "preview", "resources.cpu": "3"}, headers=HTMX))
    assert part.lstrip().startswith('<aside id="form-side"')
    assert "There is room" in part
    assert "&quot;batch/v1&quot;" in part
    assert Job.objects.count() == 0
    empty = text_of(bobs.get(NEW_JOB))
    assert "of 4 left" in empty


def test_a_clone_begins_with_everything_but_the_name(bobs: Client, train: Job) -> None:
    editor = bobs.get(f"{NEW_JOB}?clone=train").context["editor"]
    assert editor.typed.texts["name"] == "train-copy"
    assert editor.typed.rows["env"] == [("TOKEN", "canary-env")]
    assert bobs.get(f"{NEW_JOB}?clone=other").status_code == 404


def test_viewers_may_not_open_the_forms(veras: Client, web: App) -> None:
    for url in (NEW_APP, NEW_JOB, EDIT):
        assert veras.get(url).status_code == 403
        assert veras.post(url, JOB).status_code == 403


def change(**values: str) -> dict[str, str]:
    return {
        "_mode": "form",
        "_do": "save",
        "revision": "1",
        "image": "team/web:2",
        "replicas": "2",
        "port": "8080",
        **values,
    }


def test_a_change_is_shown_before_it_is_saved(bobs: Client, web: App) -> None:
    review = bobs.post(EDIT, change())
    page = text_of(review)
    assert "<del>team/web:1</del>" in page
    assert "<ins>team/web:2</ins>" in page
    assert "Save as revision 2" in page
    web.refresh_from_db()
    assert web.revision == 1
    saved = bobs.post(EDIT, change(_do="confirm"))
    assert saved["Location"] == "/t/team-a/apps/web/"
    web.refresh_from_db()
    assert (web.revision, web.image) == (2, "team/web:2")


def test_keep_editing_keeps_what_was_typed(bobs: Client, web: App) -> None:
    page = bobs.post(EDIT, change(_do="write", image="team/web:9"))
    assert page.context["stage"] == "write"
    assert 'value="team/web:9"' in text_of(page)


def test_no_change_offers_nothing_to_save(bobs: Client, web: App) -> None:
    page = text_of(bobs.post(EDIT, change(image="team/web:1")))
    assert "Nothing changes" in page
    assert 'value="confirm">Save' not in page


def test_a_change_meanwhile_is_shown_and_the_input_stays(
    bobs: Client, alice: User, web: App, committed: Committed
) -> None:
    with committed():
        actions.change_app(user=alice, app=web, data={"image": "team/web:7", "replicas": 2})
    for do in ("save", "confirm"):
        page = bobs.post(EDIT, change(_do=do))
        text = text_of(page)
        assert "alice changed “web” while you were editing" in text
        assert "team/web:7" in text
        assert 'value="team/web:2"' in text
        assert page.context["revision"] == 2
    web.refresh_from_db()
    assert web.image == "team/web:7"
    bobs.post(EDIT, change(_do="confirm", revision="2"))
    web.refresh_from_db()
    assert (web.image, web.revision) == ("team/web:2", 3)


def test_an_app_is_not_renamed(bobs: Client, web: App) -> None:
    text = json.dumps({"name": "other", "image": "x"})
    page = bobs.post(EDIT, {"_mode": "json", "_json": text, "_do": "save", "revision": "1"})
    assert "can&#x27;t be changed" in text_of(page)
    bobs.post(EDIT, change(_do="confirm", name="other"))
    assert App.objects.get().name == "web"
