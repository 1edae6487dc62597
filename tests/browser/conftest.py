"""A real browser and a real console, once for all tests of this folder.

Every page a test opens is watched: a violation of the content policy, an error in the script or a
file that is missing fails the test at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from tests.browser.chromium import launch
from tests.live.console_process import PASSWORD, ConsoleProcess

TENANT = "vision"
NewPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as driving a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the browser of this machine."""
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleProcess]:
    """Return a console with its administrator signed in and one tenant."""
    process = ConsoleProcess(tmp_path_factory.mktemp("browser") / "console")
    process.start()
    try:
        process.sign_in()
        process.post("/tenants/", {"slug": TENANT, "title": "Vision"})
        yield process
    finally:
        process.stop()


@pytest.fixture(scope="session")
def session(browser: Browser, console: ConsoleProcess) -> Any:
    """Return the cookies of a signed-in administrator."""
    context = browser.new_context(base_url=console.url)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    state = context.storage_state()
    context.close()
    return state


class Watch:
    """What went wrong in a page; `allowed` are parts of messages that a test expects."""

    def __init__(self) -> None:
        # htmx says so when a newer request of an element takes the place of an older one.
        self.allowed: list[str] = ["signal is aborted"]
        self.seen: list[str] = []

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.seen.append(message.text)

    def on_response(self, response: Response) -> None:
        if "/static/" in response.url and response.status >= 400:
            self.seen.append(f"{response.status} {response.url}")

    def problems(self) -> list[str]:
        return [text for text in self.seen if not any(part in text for part in self.allowed)]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Return the watch over the pages of this test, which must have seen nothing in the end."""
    found = Watch()
    yield found
    assert found.problems() == []


@pytest.fixture
def new_page(
    browser: Browser, console: ConsoleProcess, session: Any, watch: Watch
) -> Iterator[NewPage]:
    """Return a function that opens a signed-in page; options are those of a browser context."""
    with ExitStack() as stack:

        def make(*, anonymous: bool = False, **options: Any) -> Page:
            state = None if anonymous else session
            context = browser.new_context(base_url=console.url, storage_state=state, **options)
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            page = context.new_page()
            page.on("console", watch.on_console)
            page.on("pageerror", lambda error: watch.seen.append(str(error)))
            page.on("response", watch.on_response)
            return page

        yield make


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """Return a signed-in page of the usual size."""
    return new_page(viewport={"width": 1280, "height": 800})
