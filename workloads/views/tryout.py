"""Try it: one request to an App through the cluster, as the person, and what came back."""

from __future__ import annotations

import base64
import json
import shlex
import time
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from console.cluster.connect import cluster
from console.cluster.protocol import ProxyRequest, ProxyResponse
from console.errors import Invalid
from tenants.access import actor_for
from workloads.models import App
from workloads.views import digits
from workloads.views.asking import member

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MOST_UPLOAD = 10 * 2**20
MOST_ANSWER = 5 * 2**20
MOST_TEXT = 100_000
SECONDS = 30.0
# Pictures that can't carry script; SVG can.
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})


@dataclass(slots=True)
class Trial:
    """What is typed into the panel."""

    method: str = "GET"
    path: str = "/"
    send: str = "json"
    text: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, in the one form that shows it best."""

    status: int
    milliseconds: float
    pod: str
    media: str
    size: int
    truncated: bool
    text: str = ""
    picture: str = ""

    @property
    def is_good(self) -> bool:
        """Return whether the App answered that all is well."""
        return 200 <= self.status < 400


def context_of(request: HttpRequest, workload: App) -> dict[str, Any]:
    """Return the panel as it begins: what the App is known to answer, else its health path."""
    first = digits.trial_of(workload)
    health = (workload.spec.get("health") or {}).get("path", "/")
    trial = Trial(**first) if first else Trial(path=health)
    return {"trial": trial, "methods": METHODS, "curl": curl_of(request, workload, trial)}


def trial_of(request: HttpRequest) -> Trial:
    """Return what was typed, as typed."""
    return Trial(
        request.POST.get("method", "GET").upper(),
        request.POST.get("path", "/").strip(),
        request.POST.get("send", "json"),
        request.POST.get("text", ""),
    )


def request_of(request: HttpRequest, trial: Trial) -> ProxyRequest:
    """Return what to send. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    if trial.method not in METHODS:
        errors["method"] = [f"Choose one of {', '.join(METHODS)}."]
    if not trial.path.startswith("/") or not trial.path.isprintable() or " " in trial.path:
        errors["path"] = ["Write a path that begins with “/” and holds no spaces."]
    headers, body = _body_of(request, trial, errors)
    if errors:
        raise Invalid(fields=errors)
    return ProxyRequest(trial.method, trial.path, headers, body)


def _body_of(
    request: HttpRequest, trial: Trial, errors: dict[str, list[str]]
) -> tuple[dict[str, str], bytes]:
    upload = request.FILES.get("file")
    if trial.method in {"GET", "DELETE"}:
        return {}, b""
    if trial.send == "file":
        if upload is None:
            errors["file"] = ["Choose a file to send."]
        elif (upload.size or 0) > MOST_UPLOAD:
            errors["file"] = ["Choose a file of at most 10 MiB."]
        else:
            media = upload.content_type or "application/octet-stream"
            return {"Content-Type": media}, upload.read()
        return {}, b""
    try:
        json.loads(trial.text or "null")
    except (ValueError, RecursionError) as error:
        errors["text"] = [f"This is not JSON: {error}"]
    return {"Content-Type": "application/json"}, trial.text.encode()


def send(request: HttpRequest, app: App, asked: ProxyRequest) -> Answer:
    """Send a request to a ready replica, as the person."""
    actor = actor_for(member(request), app.tenant)
    start = time.perf_counter()
    answer = cluster().proxy(
        app.tenant.namespace, app.name, asked, actor=actor, timeout=SECONDS, limit=MOST_ANSWER
    )
    return shown(answer, (time.perf_counter() - start) * 1000)


def shown(answer: ProxyResponse, milliseconds: float) -> Answer:
    """Return an answer so that showing it can't run anything: text, or a harmless picture."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    picture = text = ""
    if media in _PICTURES and not answer.truncated:
        picture = f"data:{media};base64,{base64.b64encode(answer.body).decode()}"
    elif answer.body:
        text = _readable(answer.body, media)
    cut = answer.truncated or len(text) > MOST_TEXT
    return Answer(
        answer.status,
        milliseconds,
        answer.pod,
        media or "no type",
        len(answer.body),
        cut,
        text[:MOST_TEXT],
        picture,
    )


def _readable(body: bytes, media: str) -> str:
    """Return a body as text, JSON indented; nothing for what is no text."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return ""
    if "json" in media:
        try:
            return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            return text
    return text if "\0" not in text else ""


def curl_of(request: HttpRequest, app: App, trial: Trial) -> str:
    """Return the same request as a command for a terminal, the token left to fill in."""
    base = reverse("app-list", kwargs={"tenant": app.tenant.slug})
    root = f"/api/v1/tenants/{base.split('/')[2]}/apps/{app.name}/proxy"
    url = request.build_absolute_uri(f"{root}{trial.path}")
    parts = ["curl", "-X", trial.method, shlex.quote(url), '-H "Authorization: Bearer $TOKEN"']
    if trial.method not in {"GET", "DELETE"}:
        if trial.send == "file":
            parts += ["-H 'Content-Type: image/png'", "--data-binary @FILE"]
        else:
            parts += ["-H 'Content-Type: application/json'", f"--data {shlex.quote(trial.text)}"]
    return " ".join(parts)
