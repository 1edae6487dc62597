"""Rules that every template keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))

BANNED = {
    "a link to nowhere": re.compile(r'href=["\']#["\']'),
    "an inline style": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style", re.IGNORECASE),
    "an event handler": re.compile(r'\son[a-z]+\s*=\s*["\']', re.IGNORECASE),
    "hx-on, which needs eval": re.compile(r"hx-on", re.IGNORECASE),
    "a trigger filter, which needs eval": re.compile(r'hx-trigger="[^"]*\w\['),
    "js: in an attribute, which needs eval": re.compile(
        r'hx-[a-z-]+(:inherited)?=["\'](js|javascript):'
    ),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "a file of another host": re.compile(r'(src|href|action)=["\'](https?:)?//', re.IGNORECASE),
    "unescaped output": re.compile(r"\|\s*safe\b|autoescape off"),
}


def test_there_are_templates() -> None:
    assert "_base.html" in TEMPLATES
    assert "components/_table.html" in TEMPLATES


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_keeps_the_rules(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    found = {what: match[0] for what, rule in BANNED.items() if (match := rule.search(text))}
    assert not found
    for form in re.findall(r"<form[^>]*>.*?</form>", text, re.DOTALL):
        if 'method="post"' in form.split(">")[0]:
            assert "{% csrf_token %}" in form


@pytest.mark.parametrize(
    "bad",
    [
        '<a href="#">',
        '<p style="x">',
        '<p onclick="x">',
        "<script>x",
        '<i hx-trigger="click[ctrlKey]">',
        '<script type="module" src="//cdn.test/x">',
        "{{ x|safe }}",
    ],
)
def test_the_rules_catch_what_they_ban(bad: str) -> None:
    assert any(rule.search(bad) for rule in BANNED.values())
