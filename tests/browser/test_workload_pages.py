"""The pages of Apps and Jobs in a real browser: what only a browser can show."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import TENANT, NewPage
from tests.live.console_process import ConsoleProcess

HOME = f"/t/{TENANT}"
SERVE = ["python", "-m", "http.server", "$(PORT)"]
AS_JSON = """{
  "name": "typed",
  "image": "team/train:1",
  "env": {
    "TOKEN": "two words"
  },
  "resources": {
    "cpu": "250m"
  }
}"""
SMALL = {"cpu": "50m", "memory": "64Mi"}


@pytest.fixture
def serve(console: ConsoleProcess) -> Iterator[Callable[[str], None]]:
    """Return a function that starts an App which serves its own directory."""
    names = []

    def start(name: str) -> None:
        spec = {"name": name, "image": "none:1", "command": SERVE, "resources": SMALL}
        console.post(f"/tenants/{TENANT}/apps/", spec)
        names.append(name)

    yield start
    for name in names:
        console.api.delete(f"/tenants/{TENANT}/apps/{name}/")


def test_form_and_json_follow_each_other(page: Page) -> None:
    page.goto(f"{HOME}/new/job/")
    page.get_by_label("Name", exact=True).fill("typed")
    page.get_by_label("Image", exact=True).fill("team/train:1")
    page.get_by_label("CPU", exact=True).fill("250m")
    expect(page.locator("#form-side")).to_contain_text("There is room")
    page.get_by_text("Environment and arguments").click()
    page.get_by_label("Name of another variable").fill("TOKEN")
    page.get_by_label("Value of another variable").fill("two words")
    page.get_by_role("button", name="JSON", exact=True).click()
    text = page.locator("#json-text")
    expect(text).to_have_value(AS_JSON)
    text.fill('{"name": "typed-again", "image": "team/train:2", "retries": 3}')
    page.get_by_role("button", name="Form", exact=True).click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("typed-again")
    expect(page.get_by_label("Retries")).to_have_value("3")


def test_the_first_mistake_has_the_focus_and_all_input_stays(page: Page) -> None:
    page.goto(f"{HOME}/new/app/")
    page.get_by_label("Name", exact=True).fill("good-name")
    page.get_by_label("Image", exact=True).fill("team/web:1")
    page.get_by_label("Memory", exact=True).fill("lots")
    page.keyboard.press("Enter")
    expect(page.locator("#field-resources-memory-errors")).to_contain_text(
        "not an amount of memory"
    )
    expect(page.get_by_label("Memory", exact=True)).to_be_focused()
    expect(page.get_by_label("Image", exact=True)).to_have_value("team/web:1")


def test_what_is_typed_survives_a_live_update(
    page: Page, console: ConsoleProcess, serve: Callable[[str], None]
) -> None:
    serve("live")
    page.goto(f"{HOME}/apps/live/")
    status = page.locator("#workload-status")
    expect(status).to_contain_text("1/1", timeout=30_000)
    page.get_by_label("Scale to").fill("7")
    console.post(f"/tenants/{TENANT}/apps/live/scale/", {"replicas": 2})
    expect(status).to_contain_text("2/2", timeout=30_000)
    expect(page.get_by_label("Scale to")).to_have_value("7")
    expect(page.get_by_label("Scale to")).to_be_focused()


def test_several_apps_stop_after_one_question(page: Page, serve: Callable[[str], None]) -> None:
    for name in ("idle-one", "idle-two"):
        serve(name)
    page.goto(f"{HOME}/apps/?q=idle")
    for name in ("idle-one", "idle-two"):
        page.get_by_label(f"Select {name}").check()
    page.locator("#bulk-form").get_by_role("button", name="Stop").click()
    outcome = page.locator("#bulk-outcome")
    expect(outcome).to_contain_text("idle-two")
    outcome.get_by_role("button", name="Stop 2").click()
    expect(outcome).to_contain_text("2 of 2 done")
    expect(page.locator("#app-idle-one")).to_contain_text("Stopped", timeout=30_000)


def test_everything_can_be_done_without_script(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{HOME}/new/job/")
    page.get_by_label("Name", exact=True).fill("plain")
    page.get_by_label("Image", exact=True).fill("none:1")
    page.get_by_label("Command", exact=True).fill("python -c 'print(6 * 7)'")
    page.get_by_label("Memory", exact=True).fill("64Mi")
    page.get_by_role("button", name="Create Job").click()
    page.wait_for_url("**/jobs/plain/")
    page.get_by_role("link", name="Configuration").click()
    expect(page.locator("main")).to_contain_text("print(6 * 7)")
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_role("textbox").fill("plain")
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/jobs/")


@pytest.mark.parametrize("path", ["/", "/apps/", "/jobs/", "/pods/", "/new/app/", "/new/job/"])
def test_pages_fit_a_narrow_screen(new_page: NewPage, path: str) -> None:
    page = new_page(viewport={"width": 390, "height": 800})
    page.goto(HOME + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
