"""Try it: what is sent, how the answer is shown, and that showing it can run nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from console.cluster.protocol import ProxyResponse
from tests.fakes import FakeCluster
from tests.workloads.pages.conftest import HTMX
from workloads.models import App
from workloads.views.tryout import shown

pytestmark = pytest.mark.django_db
SEND = "/t/team-a/apps/web/send/"
JSON = {"method": "POST", "path": "/predict", "send": "json", "text": '{"pixels": [1]}'}


@pytest.fixture
def answer(cluster: FakeCluster, web: App) -> Any:
    """Return a function that sets what the App answers."""

    def set_answer(status: int, media: str, body: bytes, **options: Any) -> None:
        key = (web.tenant.namespace, "web")
        cluster.answers[key] = ProxyResponse(status, {"Content-Type": media}, body, **options)

    return set_answer


def test_json_is_sent_and_the_answer_indented(
    bobs: Client, cluster: FakeCluster, answer: Any
) -> None:
    answer(200, "application/json", b'{"label":7}', pod="web-1")
    response = bobs.post(SEND, JSON, headers=HTMX)
    text = response.content.decode()
    assert text.startswith('<section id="try-answer"')
    for wanted in ("200", "web-1", "&quot;label&quot;: 7", " ms"):
        assert wanted in text
    sent = cluster.proxied[-1]
    assert (sent.method, sent.path, sent.body) == ("POST", "/predict", b'{"pixels": [1]}')
    assert sent.headers == {"Content-Type": "application/json"}


def test_an_image_is_sent_as_it_is(bobs: Client, cluster: FakeCluster, answer: Any) -> None:
    answer(200, "text/plain", b"seven")
    upload = SimpleUploadedFile("7.png", b"\x89PNG...", content_type="image/png")
    response = bobs.post(SEND, JSON | {"send": "file", "file": upload}, headers=HTMX)
    assert response.status_code == 200
    sent = cluster.proxied[-1]
    assert (sent.body, sent.headers) == (b"\x89PNG...", {"Content-Type": "image/png"})


def test_without_script_the_whole_page_keeps_what_was_typed(bobs: Client, answer: Any) -> None:
    answer(500, "text/html", b"<script>alert(1)</script>")
    text = bobs.post(SEND, JSON).content.decode()
    assert "<!DOCTYPE html>" in text
    assert 'value="/predict"' in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "predict"},
        {"path": "/a b"},
        {"path": "/a\r\nX-Evil: 1"},
        {"method": "TRACE"},
        {"text": "{"},
        {"send": "file"},
    ],
)
def test_what_can_not_be_sent_is_told(
    bobs: Client, cluster: FakeCluster, answer: Any, wrong: dict[str, str]
) -> None:
    answer(200, "text/plain", b"")
    response = bobs.post(SEND, JSON | wrong, headers=HTMX)
    assert b'role="alert"' in response.content
    assert cluster.proxied == []


def test_no_ready_replica_is_said(bobs: Client, web: App) -> None:
    text = bobs.post(SEND, JSON, headers=HTMX).content.decode()
    assert "No replica of “web” is ready." in text


def test_viewers_send_nothing(veras: Client, cluster: FakeCluster, answer: Any) -> None:
    answer(200, "text/plain", b"")
    assert veras.post(SEND, JSON).status_code == 403
    assert cluster.proxied == []


def test_the_command_asks_for_the_token_and_quotes_the_rest(bobs: Client, answer: Any) -> None:
    answer(200, "text/plain", b"")
    body = json.dumps({"text": "it's $HOME"})
    response = bobs.post(SEND, JSON | {"text": body}, headers=HTMX)
    curl = response.context["curl"]
    assert "http://testserver/api/v1/tenants/team-a/apps/web/proxy/predict" in curl
    assert "Bearer $TOKEN" in curl
    assert """'"'"'s $HOME""" in curl


def answered(media: str, body: bytes, **options: Any) -> Any:
    return shown(ProxyResponse(200, {"content-type": media}, body, **options), 1.0)


def test_pictures_are_shown_and_svg_is_text() -> None:
    assert answered("image/png", b"\x89PNG").picture == "data:image/png;base64,iVBORw=="
    svg = answered("image/svg+xml", b"<svg onload='x()'/>")
    assert (svg.picture, svg.text) == ("", "<svg onload='x()'/>")


def test_what_is_neither_text_nor_picture_is_not_shown() -> None:
    answer = answered("application/octet-stream", b"\x00\xff\xfe")
    assert (answer.text, answer.picture, answer.size) == ("", "", 3)
    assert answered("text/plain", b"a\x00b").text == ""


def test_long_answers_are_cut() -> None:
    answer = answered("text/plain", b"x" * 200_000)
    assert answer.truncated
    assert len(answer.text) == 100_000
    assert answered("application/json", b"[" * 50_000).text.startswith("[")
