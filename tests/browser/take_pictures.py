"""Take a picture of every page, light and dark, wide and narrow: `make pictures`.

A console of its own runs the digits example, an App whose new revision fails and a Job that waits,
so that the pictures show what people see. Pictures are reduced to a palette: they live in git.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser.chromium import launch
from tests.live.console_process import PASSWORD, ROOT, ConsoleProcess, wait_for

PICTURES = ROOT / "docs" / "pictures"
SIZES: dict[int, ViewportSize] = {
    1440: {"width": 1440, "height": 900},
    390: {"width": 390, "height": 844},
}
T = "/t/vision"
PAGES = {
    "overview": f"{T}/",
    "app-list": f"{T}/apps/",
    "app-create": f"{T}/new/app/",
    "app-detail": f"{T}/apps/digits/",
    "app-replicas": f"{T}/apps/digits/replicas/",
    "app-try": f"{T}/apps/digits/try/",
    "app-revisions": f"{T}/apps/broken/revisions/",
    "app-degraded": f"{T}/apps/broken/",
    "app-configuration": f"{T}/apps/digits/configuration/",
    "app-edit": f"{T}/apps/digits/edit/",
    "job-list": f"{T}/jobs/",
    "job-create": f"{T}/new/job/",
    "job-detail": f"{T}/jobs/digits-train/",
    "job-events": f"{T}/jobs/digits-train/events/",
    "job-failed": f"{T}/jobs/wrong-flag/",
    "job-pending": f"{T}/jobs/wants-gpu/",
    "pod-list": f"{T}/pods/",
    "volume-list": f"{T}/volumes/",
    "member-list": f"{T}/members/",
    "audit-list": f"{T}/audit/",
    "tenant-list": "/tenants/",
    "tokens": "/account/tokens/",
    "not-found": f"{T}/apps/no-such-app/",
}
FIRST_RUN = {"first-run": "/t/speech/"}
ANONYMOUS = {"sign-in": "/sign-in/"}
SERVE = (
    "import http.server as h, os; h.ThreadingHTTPServer("
    "('127.0.0.1', int(os.environ['PORT'])), h.SimpleHTTPRequestHandler).serve_forever()"
)
SMALL = {"cpu": "50m", "memory": "128Mi"}


def example(name: str) -> dict[str, object]:
    """Return a document of the digits example."""
    document: dict[str, object] = json.loads((ROOT / f"examples/digits/{name}.json").read_text())
    return document


def prepare(console: ConsoleProcess) -> None:
    """Make two tenants and everything that the pictures show."""
    console.sign_in()
    console.post("/tenants/", {"slug": "vision", "title": "Vision", "quota": {"gpu": "4"}})
    console.post("/tenants/", {"slug": "speech", "title": "Speech"})
    console.post("/tenants/vision/volumes/", {"name": "digits"})
    run = {"image": "none", "resources": SMALL}
    jobs = "/tenants/vision/jobs/"
    console.post(jobs, example("train"))
    wrong = ["python", "-c", "import sys; sys.exit('unknown flag: --lerning-rate')"]
    console.post(jobs, run | {"name": "wrong-flag", "command": wrong})
    gpu = {"cpu": "100m", "memory": "128Mi", "gpu": {"count": 2, "model": "A100"}}
    wait = ["python", "-c", "print('never')"]
    console.post(jobs, {"name": "wants-gpu", "image": "none", "command": wait, "resources": gpu})
    apps = "/tenants/vision/apps/"
    serving = run | {"name": "broken", "command": ["python", "-c", SERVE], "replicas": 2}
    console.post(apps, serving)
    settle(console, f"{jobs}digits-train/", "succeeded")
    console.post(apps, example("serve"))
    settle(console, f"{apps}digits/", "running")
    settle(console, f"{apps}broken/", "running")
    answer = console.api.put(f"{apps}broken/", json=serving | {"command": ["python", "gone.py"]})
    assert answer.is_success, answer.text
    settle(console, f"{apps}broken/", "degraded")
    settle(console, f"{jobs}wrong-flag/", "failed")


def settle(console: ConsoleProcess, path: str, state: str) -> None:
    """Wait until a workload is in a state."""
    wait_for(f"{path} {state}", lambda: console.get(path)["state"] == state or None, seconds=90)


def sign_in(page: Page, console: ConsoleProcess) -> None:
    """Sign in as the administrator."""
    page.goto(f"{console.url}/sign-in/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def take(browser: Browser, console: ConsoleProcess, scheme: str, width: int) -> int:
    """Take all pictures of one colour scheme and width; return how many."""
    context = browser.new_context(
        viewport=SIZES[width],
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    for name, path in ANONYMOUS.items():
        shoot(page, console.url + path, PICTURES / f"{name}-{scheme}-{width}.png")
    sign_in(page, console)
    for name, path in (FIRST_RUN | PAGES).items():
        shoot(page, console.url + path, PICTURES / f"{name}-{scheme}-{width}.png")
    context.close()
    return len(ANONYMOUS) + len(FIRST_RUN) + len(PAGES)


def shoot(page: Page, url: str, target: Path) -> None:
    """Write the picture of one page once its panels have loaded."""
    page.goto(url)
    page.wait_for_load_state("networkidle")
    if page.locator("[data-log]").count():
        page.wait_for_timeout(600)
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    picture.convert("RGB").quantize(64).save(target, optimize=True)


def main() -> None:
    """Start a console, fill it, take the pictures, end it."""
    directory = Path(tempfile.mkdtemp(prefix="moonbase-pictures-"))
    console = ConsoleProcess(directory / "console")
    PICTURES.mkdir(exist_ok=True)
    try:
        console.start()
        prepare(console)
        with sync_playwright() as playwright:
            browser = launch(playwright)
            schemes = [(scheme, width) for width in SIZES for scheme in ("light", "dark")]
            count = sum(take(browser, console, *one) for one in schemes)
            browser.close()
        sys.stdout.write(f"{count} pictures in {PICTURES.relative_to(ROOT)}\n")
    finally:
        console.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
