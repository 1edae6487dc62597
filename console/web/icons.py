"""Inline icons from the package @tabler/icons."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_NAME = re.compile(r"[a-z0-9-]+")
_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class UnknownIcon(LookupError):
    """The package has no icon of that name."""


@cache
def icon_paths(name: str, style: str = "outline") -> SafeString:
    """Return the drawing inside an icon's SVG element."""
    if not _NAME.fullmatch(name):
        raise UnknownIcon(name)
    path = Path(settings.NODE_MODULES) / "@tabler/icons/icons" / style / f"{name}.svg"
    try:
        body = _BODY.search(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnknownIcon(name) from error
    if body is None:
        raise UnknownIcon(name)
    drawing = re.sub(r'<path stroke="none" d="M0 0h24v24H0z"[^>]*/>', "", body[1])
    return mark_safe(" ".join(drawing.split()))  # noqa: S308 - a file of a locked package


@cache
def icon_svg(name: str, style: str = "outline", extra: str = "") -> SafeString:
    """Return an icon as inline SVG; the text beside it, or aria-label, says what it means."""
    return format_html(
        '<svg class="icon icon-{}{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>',
        style,
        f" {extra}" if extra else "",
        icon_paths(name, style),
    )
