"""What every page has: the frame, the keyboard, tables and the live log, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.conftest import TENANT, NewPage, Watch
from tests.live.console_process import PASSWORD, ConsoleProcess

MEMBERS = f"/t/{TENANT}/members/"
AUDIT = f"/t/{TENANT}/audit/"
Send = Callable[..., None]


@pytest.fixture(scope="module", autouse=True)
def _entries(console: ConsoleProcess) -> None:
    """Make enough audit entries for a table worth filtering."""
    for number in range(12):
        console.post(f"/tenants/{TENANT}/volumes/", {"name": f"data-{number}"})


def test_signing_in_leads_back_and_keeps_the_theme(new_page: NewPage) -> None:
    page = new_page(anonymous=True, color_scheme="dark")
    page.goto(MEMBERS)
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(MEMBERS))
    page.get_by_role("button", name="Theme: system").click()
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Account of admin").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_the_keyboard_goes_everywhere(page: Page) -> None:
    page.goto(MEMBERS)
    page.keyboard.press("g")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile(AUDIT))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Members")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("[data-filter-box]").first).to_be_focused()
    page.keyboard.type("gm")
    expect(page).to_have_url(re.compile(r"\?.*q=gm"))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(f"{AUDIT}$"))
    page.keyboard.press("Control+k")
    page.keyboard.type("memb")
    expect(page.get_by_role("option", name="Members", selected=True)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(MEMBERS))
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_a_table_filters_sorts_and_remembers_in_the_url(page: Page) -> None:
    page.goto(AUDIT)
    rows = page.locator("tr[data-row]")
    everything = rows.count()
    assert everything > 10
    page.locator("[data-filter-box]").first.press_sequentially("data-11", delay=60)
    expect(rows).to_have_count(1)
    expect(page.locator("[data-filter-box]").first).to_have_value("data-11")
    expect(page.locator("[data-filter-box]").first).to_be_focused()
    assert "q=data-11" in page.url
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Show all").click()
    expect(rows).to_have_count(everything)
    header = page.locator("th a").first
    header.click()
    expect(page).to_have_url(re.compile("sort="))
    expect(page.locator("th[aria-sort]")).to_have_count(1)
    page.go_back()
    page.wait_for_url(lambda url: "sort=" not in url)


def test_it_works_without_script(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(AUDIT)
    page.locator("[data-filter-box]").first.fill("data-11")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=data-11"))
    expect(page.locator("tr[data-row]")).to_have_count(1)
    page.locator("th a").first.click()
    expect(page).to_have_url(re.compile("sort="))
    page.get_by_role("link", name="Members").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Members")


def test_a_phone_has_a_drawer_and_cards(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(AUDIT)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#rail")).to_be_hidden()
    page.get_by_role("button", name="Open navigation").click()
    page.locator("#rail").get_by_role("link", name="Members").click()
    expect(page).to_have_url(re.compile(MEMBERS))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_panel_that_failed_tries_again_by_itself(page: Page, watch: Watch) -> None:
    watch.allowed.append("503")
    page.goto(MEMBERS)
    answers = iter([503, 200])

    def answer(route: Route) -> None:
        status = next(answers, 200)
        panel = render_to_string(
            "components/_error_panel.html",
            {"error": {"status": 503, "title": "Away", "message": "Down."}, "retry_url": "/panel/"},
        )
        body = panel if status == 503 else '<p id="well">Well again</p>'
        headers = {"X-Request-ID": "12345678"}
        route.fulfill(status=status, body=body, content_type="text/html", headers=headers)

    page.route("**/panel/", answer)
    page.evaluate(
        """() => {
          const panel = document.createElement("div");
          panel.innerHTML = '<div hx-get="/panel/" hx-trigger="load" hx-swap="outerHTML"></div>';
          document.querySelector("main").append(panel);
          htmx.process(panel);
        }"""
    )
    expect(page.get_by_text("Down.")).to_be_visible()
    expect(page.get_by_text("Well again")).to_be_visible(timeout=9_000)


def test_the_page_says_when_the_socket_is_away(page: Page, watch: Watch) -> None:
    watch.allowed.append("WebSocket")
    sockets: list[WebSocketRoute] = []

    def connect(route: WebSocketRoute) -> None:
        sockets.append(route)
        if len(sockets) == 2:
            route.close()
        else:
            route.connect_to_server()

    page.route_web_socket("**/ws/", connect)
    page.goto(MEMBERS)
    page.wait_for_timeout(300)
    page.evaluate(
        """() => {
          window.missed = 0;
          document.body.addEventListener("facts-missed", () => (window.missed += 1));
        }"""
    )
    sockets[0].close()
    expect(page.locator("[data-connection]")).to_contain_text("old")
    expect(page.locator("[data-connection]")).to_be_hidden(timeout=10_000)
    assert len(sockets) == 3
    page.wait_for_function("() => missed >= 1")


class FakeLog:
    """The other end of the socket: answers the subscription to a log and sends lines."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.seq = 0
        self.asked: list[dict[str, Any]] = []
        self.route: WebSocketRoute | None = None
        page.route_web_socket("**/ws/", self.connect)

    def connect(self, route: WebSocketRoute) -> None:
        self.route = route
        route.on_message(self.take)

    def take(self, message: str | bytes) -> None:
        frame = json.loads(message)
        if frame.get("topic") == "workloads.log":
            self.asked.append(frame)
            self.seq = 0

    def send(self, event: str, **content: Any) -> None:
        assert self.route is not None
        self.seq += content.get("count", 1)
        frame = {"id": self.asked[-1]["id"], "seq": self.seq, "event": event, **content}
        self.route.send(json.dumps(frame))

    def lines(self, *texts: str, pod: str = "digits-abc-1") -> None:
        self.send("lines", data=[line(text, pod) for text in texts])


def line(text: str, pod: str) -> dict[str, str]:
    at = "2026-01-02T03:04:05.678901Z"
    return {"at": at, "pod": pod, "container": "main", "stream": "stdout", "text": text}


@pytest.fixture
def log(page: Page) -> FakeLog:
    fake = FakeLog(page)
    page.goto(MEMBERS)
    html = render_to_string(
        "components/_log.html",
        {
            "tenant": TENANT,
            "kind": "app",
            "name": "digits",
            "previous": True,
            "download_url": "/x/",
        },
    )
    page.evaluate(
        """(html) => {
          document.querySelector("main").innerHTML = html;
          document.dispatchEvent(new CustomEvent("htmx:after:swap", {detail: {ctx: {}}}));
        }""",
        html,
    )
    expect(page.locator("[data-log-status]")).to_have_text("Live")
    page.wait_for_timeout(200)
    assert fake.asked[0]["params"] == {"tenant": TENANT, "kind": "app", "name": "digits"}
    return fake


def test_the_log_follows_pauses_and_says_how_many_wait(page: Page, log: FakeLog) -> None:
    rows = page.locator("[data-log-lines] li")
    expect(page.get_by_text("Waiting for the first line.")).to_be_visible()
    log.lines(*[f"line {number}" for number in range(300)])
    expect(rows).to_have_count(300)
    expect(page.get_by_text("line 299", exact=True)).to_be_in_viewport()
    page.locator("[data-log-lines]").hover()
    page.mouse.wheel(0, -600)
    expect(page.locator("[data-log-status]")).to_contain_text("Paused")
    log.lines(*[f"later {number}" for number in range(312)])
    page.get_by_role("button", name="312 new lines").click()
    expect(page.get_by_text("later 311", exact=True)).to_be_in_viewport()
    expect(page.locator("[data-log-status]")).to_contain_text("Live · 612 lines")
    page.get_by_role("button", name="Clear the view").click()
    expect(rows).to_have_count(0)


def test_the_log_stays_bounded_and_says_what_was_skipped(page: Page, log: FakeLog) -> None:
    for start in range(0, 5000, 500):
        log.lines(*[f"n{number}" for number in range(start, start + 500)])
    log.send("skipped", count=1234)
    rows = page.locator("[data-log-lines] li")
    expect(page.get_by_text("1,234 lines skipped")).to_be_visible()
    expect(rows).to_have_count(2000)


def test_the_log_never_turns_text_into_markup(page: Page, log: FakeLog) -> None:
    log.lines(
        "<img src=x onerror=alert(1)>",
        "\x1b[31mred\x1b[0m and \x1b]8;;https://x.test\x07link\x1b[2K",
        "10%\r100%",
    )
    text = page.locator(".log-text")
    expect(text).to_have_text(["<img src=x onerror=alert(1)>", "red and link", "100%"])
    expect(page.locator("[data-log-lines] img")).to_have_count(0)
    expect(page.locator(".ansi-1")).to_have_text("red")


def test_the_log_filters_and_tells_replicas_apart(page: Page, log: FakeLog) -> None:
    log.lines("epoch 1", "warning: slow")
    log.lines("epoch 2", pod="digits-abc-2")
    rows = page.locator("[data-log-lines] li")
    expect(rows).to_have_count(3)
    page.get_by_label("Only lines with").fill("EPOCH")
    expect(rows).to_have_count(2)
    expect(page.locator("[data-log-lines] mark")).to_have_text(["epoch", "epoch"])
    page.get_by_label("Replica").select_option("digits-abc-2")
    expect(rows).to_have_count(1)
    expect(page.locator("[data-log-status]")).to_contain_text("1 of 3 lines")
    page.get_by_role("button", name="Previous").click()
    page.wait_for_timeout(200)
    assert log.asked[-1]["params"]["previous"] is True


def test_a_draft_survives_leaving_and_is_gone_when_sent(page: Page) -> None:
    page.goto(MEMBERS)
    html = (
        '<form data-draft="x" id="x" method="post" action="/t/"><input name="a" value="1"></form>'
    )
    put = """(html) => {
      document.querySelector("main").insertAdjacentHTML("beforeend", html);
      document.dispatchEvent(new CustomEvent("htmx:after:swap", {detail: {ctx: {}}}));
    }"""
    page.evaluate(put, html)
    page.locator("#x input").fill("typed")
    page.wait_for_timeout(400)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.evaluate(put, html)
    expect(page.locator("#x input")).to_have_value("typed")
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator("#x input")).to_have_value("1")


def test_a_cold_page_stays_in_its_budget(new_page: NewPage) -> None:
    page = new_page()
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    sizes: list[int] = []
    client.on(
        "Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"]))
    )
    page.goto(MEMBERS)
    page.wait_for_load_state("networkidle")
    assert len(sizes) <= 12
    assert sum(sizes) <= 120 * 1024
