"""Whole pages and partials."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from console.web.events import Event, announce, say
from console.web.pages import render_page, see_other, wants_partial


def request_with(**headers: str) -> HttpRequest:
    request = RequestFactory().get(
        "/", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"HX_Request": "true"}, True),
        ({"HX_Request": "true", "HX_Request_Type": "partial"}, True),
        ({"HX_Request": "true", "HX_Request_Type": "full"}, False),
        ({"HX_Request": "true", "HX_Boosted": "true"}, False),
        ({"HX_Request": "true", "HX_History_Restore_Request": "true"}, False),
    ],
)
def test_who_wants_a_partial(headers: dict[str, str], expected: bool) -> None:
    assert wants_partial(request_with(**headers)) is expected


@pytest.fixture
def template(tmp_path: Path) -> Iterator[str]:
    loader_dirs = engines["django"].engine.dirs  # type: ignore[attr-defined]
    (tmp_path / "sample.html").write_text(
        "whole {% partialdef part inline %}part {{ name }}{% endpartialdef %}", encoding="utf-8"
    )
    loader_dirs.append(tmp_path)
    yield "sample.html"
    loader_dirs.remove(tmp_path)


@pytest.mark.django_db
def test_one_template_gives_both(template: str) -> None:
    page = render_page(request_with(), template, {"name": "<x>"}, partial="part", status=201)
    partial = render_page(
        request_with(HX_Request="true"), template, {"name": "<x>"}, partial="part"
    )
    assert page.content == b"whole part &lt;x&gt;"
    assert page.status_code == 201
    assert partial.content == b"part &lt;x&gt;"
    for response in (page, partial):
        assert "HX-Request" in response["Vary"]
        assert "HX-History-Restore-Request" in response["Vary"]


def test_after_a_post_the_browser_goes_elsewhere() -> None:
    plain = request_with()
    plain.session = {}  # type: ignore[assignment]
    plain._messages = FallbackStorage(plain)  # type: ignore[attr-defined]
    response = see_other(plain, "/t/a/", message="Saved")
    assert (response.status_code, response["Location"]) == (303, "/t/a/")
    assert [str(message) for message in get_messages(plain)] == ["Saved"]
    by_htmx = see_other(request_with(HX_Request="true"), "/t/a/")
    assert (by_htmx.status_code, by_htmx["HX-Redirect"]) == (200, "/t/a/")


def test_events_and_toasts_travel_in_one_header() -> None:
    response = announce(HttpResponse(), Event.WORKLOAD_CHANGED, name="digits")
    say(response, "Grüße")
    assert response["HX-Trigger"] == (
        '{"workload-changed": {"name": "digits"},'
        ' "message-sent": {"text": "Gr\\u00fc\\u00dfe", "level": "success"}}'
    )


def test_the_policy_for_content_stays_strict() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert "unsafe" not in str(directives)
    assert directives["script-src"] == directives["style-src"] == ["'self'"]
