"""Template tags and filters of every page; they are builtins, so no template loads them."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from console import quantities
from console.web.icons import icon_svg
from console.web.states import SHAPES, look_of
from console.web.times import absolute, as_datetime, long_duration, short_duration

register = template.Library()

NOTHING = mark_safe('<span class="nothing">–</span>')
END = 8


@register.simple_tag
def icon(name: str, style: str = "outline", extra: str = "") -> SafeString:
    """Show an icon of @tabler/icons."""
    return icon_svg(name, style, extra)


@register.simple_tag
def state(thing: Any, word: str = "") -> SafeString:
    """Show a state as colour, shape and word; `thing` is the word or has it as `.state`.

    The reason of a thing that is not well is its title; `_state.html` shows it as a sentence.
    """
    slug = str(getattr(thing, "state", thing) or "unknown")
    look = look_of(slug)
    return format_html(
        '<span class="state state-{}{}" data-state="{}" title="{}">'
        '<svg class="state-shape" viewBox="0 0 12 12" aria-hidden="true">{}</svg>'
        '<span class="state-word">{}</span></span>',
        look.tone,
        " state-moves" if look.moves else "",
        slug,
        getattr(thing, "message", "") or getattr(thing, "reason", "") or word or look.word,
        mark_safe(SHAPES[look.shape]),  # noqa: S308 - a constant
        word or look.word,
    )


def _time(value: Any, form: str, suffix: str) -> SafeString:
    at = as_datetime(value)
    if at is None:
        return NOTHING
    seconds = (timezone.now() - at).total_seconds()
    text = f"{short_duration(seconds)}{suffix}" if seconds >= 1 or not suffix else "just now"
    return format_html(
        '<time datetime="{}" title="{}" data-time="{}">{}</time>',
        at.isoformat(),
        absolute(at),
        form,
        text,
    )


@register.filter
def ago(value: Any) -> SafeString:
    """Show a time as "5m ago", kept up to date by the script, with the absolute time as title."""
    return _time(value, "ago", " ago")


@register.filter
def age(value: Any) -> SafeString:
    """Show a time as its age, "5m", for narrow columns."""
    return _time(value, "age", "")


@register.filter
def clock(value: Any) -> SafeString:
    """Show a time to the second; the script puts it into the user's zone."""
    at = as_datetime(value)
    if at is None:
        return NOTHING
    return format_html(
        '<time datetime="{}" title="{}" data-time="clock">{}</time>',
        at.isoformat(),
        absolute(at),
        absolute(at),
    )


@register.filter
def duration(seconds: float | None) -> str:
    """Show seconds as "2h 1m"."""
    return "–" if seconds is None else long_duration(seconds)


@register.filter
def memory(value: float | None) -> str:
    """Show bytes as "1.5 GiB"."""
    return "–" if value is None else quantities.show_memory(value)


@register.filter
def cpu(milli: float | None) -> str:
    """Show thousandths of a core as cores."""
    return "–" if milli is None else quantities.show_cpu(milli)


@register.filter
def plain(value: Any) -> str:
    """Show a recorded value as people write it: words as in a shell, the rest as JSON."""
    if isinstance(value, str):
        return value or "“”"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return shlex.join(value)
    return json.dumps(value, ensure_ascii=False)


@register.filter
def middle(text: Any) -> SafeString:
    """Show a long name so that its middle gives way when there is no room; its title is whole."""
    whole = str(text)
    if len(whole) <= 2 * END:
        return format_html('<span class="middle" title="{}">{}</span>', whole, whole)
    return format_html(
        '<span class="middle" title="{}"><span>{}</span><span>{}</span></span>',
        whole,
        whole[:-END],
        whole[-END:],
    )


@register.filter
def regex_literal(text: Any) -> str:
    """Return text as a pattern that matches only itself, for an input's `pattern`."""
    return re.sub(r"([.*+?^${}()|\[\]\\/])", r"\\\1", str(text))


@register.simple_tag
def progress(used: float, limit: float, label: str = "", extra: str = "") -> SafeString:
    """Show a bar of used against limit; SVG, because the style policy allows no width in HTML."""
    share = min(1.0, used / limit) if limit else (1.0 if used else 0.0)
    tone = "full" if share >= 1 else "high" if share >= 0.85 else "normal"
    return format_html(
        '<svg class="bar bar-{}{}" role="img" aria-label="{}" preserveAspectRatio="none">'
        '<rect class="bar-track" width="100%" height="100%"/>'
        '<rect class="bar-fill" width="{}%" height="100%"/></svg>',
        tone,
        f" {extra}" if extra else "",
        label or f"{share:.0%}",
        f"{share * 100:.1f}",
    )
