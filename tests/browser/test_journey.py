"""The journey of a newcomer in a real browser, on real containers: from tenant to delete."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

MINUTE = 60_000


def test_from_the_first_job_to_a_roll_back(page: Page) -> None:
    page.set_default_timeout(20_000)
    page.goto("/tenants/")
    tenant = make_tenant(page)
    train_the_example(page, tenant)
    serve_the_example(page, tenant)
    scale_to_three(page)
    break_the_command(page)
    roll_back(page)
    delete(page, tenant)


def make_tenant(page: Page) -> str:
    """Make a tenant of this test's own and return its name."""
    page.get_by_role("link", name="New tenant").first.click()
    page.wait_for_url("**/new-tenant/")
    page.get_by_label("Name", exact=True).fill("journey")
    page.get_by_role("button", name="Create tenant").click()
    page.wait_for_url("**/tenants/")
    return "journey"


def train_the_example(page: Page, tenant: str) -> None:
    """Launch the training Job with one click and watch its log move until it has succeeded."""
    page.goto(f"/t/{tenant}/")
    page.get_by_role("button", name=re.compile("train", re.IGNORECASE)).click()
    page.wait_for_url("**/jobs/digits-train/")
    log = page.locator("[data-log]")
    expect(log).to_contain_text(re.compile(r"epoch +1/40"), timeout=MINUTE)
    expect(log).to_contain_text(re.compile(r"epoch 20/40"), timeout=MINUTE)
    expect(log).to_contain_text(re.compile(r"held-out accuracy: 0\.9[5-9]"), timeout=MINUTE)
    expect(status(page)).to_contain_text("Succeeded", timeout=MINUTE)


def serve_the_example(page: Page, tenant: str) -> None:
    """Launch the App with one click and send it a picture."""
    page.goto(f"/t/{tenant}/")
    page.get_by_role("button", name=re.compile("serve|live", re.IGNORECASE)).click()
    page.wait_for_url("**/apps/digits/")
    expect(status(page)).to_contain_text("2/2", timeout=MINUTE)
    expect(status(page)).to_contain_text("Running")
    page.get_by_role("link", name="Try it").first.click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#try-answer")).to_contain_text('"label": 7', timeout=MINUTE)
    expect(page.locator("#try-answer")).to_contain_text("200")


def scale_to_three(page: Page) -> None:
    """Ask for a third replica."""
    page.goto(page.url.split("/apps/digits/")[0] + "/apps/digits/")
    page.get_by_label("Scale to").fill("3")
    page.get_by_role("button", name="Scale", exact=True).click()
    expect(status(page)).to_contain_text("3/3", timeout=MINUTE)


def break_the_command(page: Page) -> None:
    """Save a command that can't work, and read why while the old replicas go on serving."""
    page.get_by_role("link", name="Edit", exact=True).first.click()
    page.get_by_label("Command", exact=True).fill("python serve.py --model /data/gone.joblib")
    page.get_by_role("button", name=re.compile("Review|Continue|diff", re.IGNORECASE)).click()
    expect(page.locator("main")).to_contain_text("gone.joblib")
    page.get_by_role("button", name=re.compile("Save|Apply", re.IGNORECASE)).click()
    page.wait_for_url("**/apps/digits/")
    expect(status(page)).to_contain_text("Degraded", timeout=MINUTE)
    expect(status(page)).to_contain_text("There is no model at", timeout=MINUTE)


def roll_back(page: Page) -> None:
    """Go back to the first revision."""
    page.get_by_role("link", name="Revisions", exact=True).first.click()
    page.locator("#revision-1").get_by_role("link").click()
    page.get_by_role("button", name=re.compile("Roll back")).click()
    page.wait_for_url("**/apps/digits/**")
    expect(status(page)).to_contain_text("Running", timeout=MINUTE)
    expect(status(page)).to_contain_text("3/3", timeout=MINUTE)


def delete(page: Page, tenant: str) -> None:
    """Delete the App by typing its name; it is gone from the list."""
    page.get_by_role("link", name="Delete", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("digits")
    dialog.get_by_role("textbox").fill("digits")
    dialog.get_by_role("button", name="Delete").click()
    page.wait_for_url(f"**/t/{tenant}/apps/**")
    expect(page.get_by_role("link", name="digits", exact=True)).to_have_count(0, timeout=MINUTE)


def status(page: Page) -> Locator:
    """Return the part of the page that says whether all is right."""
    return page.locator("#workload-status")
