"""The browser of the machine, driven by Playwright; nothing is downloaded."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoBrowser(LookupError):
    """There is no Chromium on this machine."""


def executable() -> str:
    """Return the browser that CONSOLE_TEST_BROWSER names, else the first one on the path."""
    named = os.environ.get("CONSOLE_TEST_BROWSER")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if not found:
        raise NoBrowser("Install chromium, or name a browser in CONSOLE_TEST_BROWSER.")
    return found


def launch(playwright: Playwright) -> Browser:
    """Start the browser without a window."""
    return playwright.chromium.launch(executable_path=executable(), args=FLAGS)
