"""System checks of the settings: each names what to do, and the process refuses to start."""

from __future__ import annotations

import ipaddress
import os
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from console import env

READY = {
    "CONSOLE_CLUSTER_URL": ("CLUSTER_URL", ("local",), ("kubernetes",)),
    "CONSOLE_CHANNELS_URL": ("CHANNELS_URL", ("memory",), ("redis", "rediss")),
    "CONSOLE_FILES_URL": ("FILES_URL", ("directory",), ("seaweedfs+http", "seaweedfs+https")),
}
"""For each URL: its setting, the schemes that work, and those that a later version brings."""


@register()
def environment(**_: Any) -> list[CheckMessage]:
    """Report every variable that could not be read."""
    return [
        Error(f"{name} {what}.", hint="docs/settings.md lists each setting.", id="console.E001")
        for name, what in env.problems
    ]


@register()
def urls(**_: Any) -> list[CheckMessage]:
    """Report URLs that choose an outside system the console does not know."""
    found: list[CheckMessage] = []
    for variable, (setting, ready, planned) in READY.items():
        scheme = urlsplit(getattr(settings, setting)).scheme
        if scheme in planned:
            message = f"{variable} asks for “{scheme}:”, which this version can't do yet."
            found.append(Error(message, hint=f"Use {_choices(ready)}.", id="console.E003"))
        elif scheme not in ready:
            message = f"{variable} names no known system: it begins with “{scheme[:20]}:”."
            found.append(Error(message, hint=f"Use {_choices(ready)}.", id="console.E002"))
    return found


def _choices(schemes: tuple[str, ...]) -> str:
    return " or ".join(f"“{scheme}:”" for scheme in schemes)


@register()
def plain_http(**_: Any) -> list[CheckMessage]:
    """Refuse to send passwords over a network in clear without being told to."""
    if is_loopback(settings.HOST) or settings.BEHIND_TLS or settings.ALLOW_PLAIN_HTTP:
        return []
    return [
        Error(
            f"CONSOLE_HOST={settings.HOST} would serve passwords over plain HTTP to a network.",
            hint="Put a proxy with TLS in front and set CONSOLE_TLS=1, or set "
            "CONSOLE_ALLOW_PLAIN_HTTP=1 if that network is trusted.",
            id="console.E004",
        )
    ]


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach an address to listen on."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@register()
def data_directory(**_: Any) -> list[CheckMessage]:
    """Report a data directory that can't be used."""
    directory = settings.DATA_DIR
    nearest = next(one for one in (directory, *directory.parents) if one.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"CONSOLE_DATA_DIR can't be used: {nearest} is not a directory one can write to.",
            hint="Name a directory that belongs to the user who runs the console.",
            id="console.E005",
        )
    ]


@register()
def debug(**_: Any) -> list[CheckMessage]:
    """Warn of error pages that show the code and its settings to others."""
    if not settings.DEBUG or is_loopback(settings.HOST):
        return []
    return [
        checks.Warning(
            "CONSOLE_DEBUG is on while others can reach this console.",
            hint="Error pages then show code and settings; unset CONSOLE_DEBUG.",
            id="console.W001",
        )
    ]
