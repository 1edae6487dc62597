"""Every component renders with what docs/pages.md says it takes, and escapes it."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory

from console.errors import Unavailable
from console.web.tables import Choices, Column, Table
from tests.console.web.test_tables import Pod

EVIL = '<script>alert("x")</script>'
FOLDER = settings.BASE_DIR / "templates/components"


class SampleForm(forms.Form):
    name = forms.CharField(help_text="Lower-case letters.")
    notify = forms.BooleanField(required=False)
    cpu = forms.CharField(required=False)


FORM = SampleForm({"name": "", "cpu": EVIL})
TABLE = Table(
    name="pod-table",
    columns=(Column("name", "Name", "name"), Column("actions", "")),
    search=("name",),
    filters=(Choices("phase", "Phase", [("running", "Running"), ("failed", "Failed")]),),
    nouns=("pod", "pods"),
    page_size=1,
)
ROWS = [Pod("a"), Pod("b", phase="failed"), Pod(EVIL)]


def table(query: str, rows: list[Pod] = ROWS) -> dict[str, Any]:
    return {
        "table": TABLE.page(QueryDict(query), rows),
        "row": "components/_empty.html",
        "live": "workload-changed workload-gone",
        "bulk": "components/_copy.html",
    }


CASES: dict[str, list[tuple[dict[str, Any], list[str]]]] = {
    "_state": [
        (
            {
                "workload": SimpleNamespace(state="failed", message=EVIL, reason="OOMKilled"),
                "action_form": "/x/",
                "action_label": "Retry",
            },
            ["Failed", "OOMKilled", "Retry", "csrfmiddlewaretoken"],
        ),
        (
            {
                "workload": SimpleNamespace(state="pending", message="", reason="Quota"),
                "action_url": "/q/",
                "action_label": "See",
            },
            ["Pending", "Quota", 'href="/q/"'],
        ),
    ],
    "_empty": [
        (
            {
                "title": EVIL,
                "text": "Why",
                "action_url": "/new/",
                "action_label": "New App",
                "icon_name": "box",
            },
            ["Why", 'href="/new/"'],
        )
    ],
    "_confirm": [
        (
            {
                "id": "gone",
                "title": "Delete?",
                "text": EVIL,
                "action": "/d/",
                "label": "Delete x",
                "typed": "a.b",
                "lines": ["Pod", EVIL],
            },
            ['pattern="a\\.b"', "<li>Pod</li>", "btn-danger", 'action="/d/"'],
        ),
        (
            {"id": "ok", "title": "Start?", "action": "/s/", "label": "Start", "danger": False},
            ["btn-primary", "autofocus"],
        ),
    ],
    "_field": [
        (
            {"field": FORM["name"]},
            [
                "This field is required.",
                "Lower-case letters.",
                'aria-describedby="id_name_helptext',
                'for="id_name"',
            ],
        ),
        ({"field": FORM["notify"]}, ['type="checkbox"', "Notify"]),
        (
            {"field": FORM["cpu"], "unit": "cores", "wide": True},
            ["cores", "field-wide", "optional", "&lt;script&gt;"],
        ),
    ],
    "_tabs": [
        (
            {
                "tabs": [
                    {"key": "a", "label": EVIL, "href": "?tab=a", "count": 0},
                    {"key": "b", "label": "B", "href": "?tab=b"},
                ],
                "current": "b",
            },
            ['href="?tab=b" aria-current="page"', '<span class="tab-count">0</span>'],
        )
    ],
    "_error_panel": [
        (
            {"error": Unavailable("Down.", hint=EVIL), "retry_url": "/x/?a=1&b=2"},
            ["every 5s", "/x/?a=1&amp;b=2", "Try again"],
        ),
        ({"error": Unavailable(EVIL), "sign_in_url": "/sign-in/?next=/"}, ["Sign in"]),
    ],
    "_skeleton": [({"lines": "....", "label": "Loading events"}, ['aria-label="Loading events"'])],
    "_copy": [
        ({"text": EVIL, "label": "Copy id"}, ["data-copy=", "Copy id"]),
        (
            {"source": "manifest", "visible": True},
            ['data-copy-from="manifest"', "<span>Copy</span>"],
        ),
    ],
    "_quota_bar": [
        (
            {"label": "CPU", "used": 1, "limit": 4, "used_text": "1", "limit_text": "4 cores"},
            ["4 cores", 'aria-label="CPU used"', 'width="25.0%"'],
        )
    ],
    "_log": [
        (
            {
                "tenant": "team-a",
                "kind": "app",
                "name": EVIL,
                "pods": ["p-1"],
                "containers": ["a", "b"],
                "previous": True,
                "download_url": "/log/",
                "finished": True,
            },
            [
                'data-log-tenant="team-a"',
                "<option>p-1</option>",
                'href="/log/" download',
                "Previous",
                "data-log-finished",
                "<noscript>",
            ],
        ),
        (
            {"tenant": "team-a", "kind": "job", "name": "x"},
            ['data-log-kind="job"', "Waiting for the first line"],
        ),
    ],
    "_table": [
        (
            table("page=2"),
            [
                'aria-label="Previous page"',
                "2–2 of 3",
                "workload-changed from:body",
                "facts-missed from:body",
                "Running",
                "data-select-all",
            ],
        ),
        (table("q=nothing"), ["No pods match", "3 pods are hidden by the filter", 'href="?"']),
        (table("phase=failed"), ["<strong>1</strong> of 3 pods", "chip is-active"]),
        (table("", []), ["No pods yet"]),
        (
            table("", []) | {"empty": "components/_empty.html", "title": "No pods here"},
            ["No pods here"],
        ),
    ],
    "_help": [({}, ["Keyboard shortcuts"])],
    "_palette": [({}, ['role="combobox"'])],
    "_mark": [({}, ["<svg"])],
    "_toasts": [
        ({"messages": [SimpleNamespace(level_tag="error")]}, ["toast-error", "toast-template"])
    ],
    "_rail": [({}, ["Moonbase"])],
    "_rail_entry": [
        (
            {"url": "/x/", "key": "apps", "section": "apps", "icon_name": "box", "label": "Apps"},
            ['aria-current="page"'],
        ),
        ({"url": ""}, []),
    ],
    "_topbar_end": [({}, ["data-theme-toggle"])],
}


def test_every_component_has_a_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.html")} == set(CASES)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "context", "expected"),
    [
        pytest.param(name, context, expected, id=f"{name}-{index}")
        for name, cases in CASES.items()
        for index, (context, expected) in enumerate(cases)
    ],
)
def test_a_component(name: str, context: dict[str, Any], expected: list[str]) -> None:
    request = RequestFactory().get("/here/?x=1&y=2")
    request.user = SimpleNamespace(is_authenticated=False)  # type: ignore[assignment]
    request.resolver_match = None
    html = render_to_string(f"components/{name}.html", context, request)
    for text in expected:
        assert text in html
    assert "<script>alert" not in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for button in re.findall(r"<button[^>]*>.*?</button>", html, re.DOTALL):
        words = re.sub(r"<[^>]+>", "", button).strip()
        assert (
            words or "aria-label" in button or "data-new-rows" in button or "data-log-new" in button
        )
