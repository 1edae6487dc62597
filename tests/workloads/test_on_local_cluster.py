"""Whole lives of an App and of Jobs, with real processes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from console.cluster import cache as cluster_cache
from console.cluster.protocol import CONSOLE, Cluster
from tenants import namespaces
from tenants.models import Tenant, User
from tests.conftest import ApiOf
from tests.workloads.conftest import Committed, key_of, text_of, until
from workloads.models import App, Job
from workloads.sync import push, recompute

URL = "/api/v1/tenants/team-a/"
SERVER = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["GREETING"].encode())
print("listening", flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
WORKER = "import os; print('worker', os.environ['RANK'], 'of', os.environ['WORKERS'])"
SMALL = {"cpu": "100m", "memory": "128Mi"}


@pytest.fixture
def bobs(local_cluster: Cluster, team_a: Tenant, bob: User, api: ApiOf) -> Iterator[APIClient]:
    """Return the API over an embedded cluster that has team-a's Namespace."""
    local_cluster.apply(
        namespaces.namespace(slug="team-a", name=team_a.namespace, title=""), actor=CONSOLE
    )
    known = cluster_cache.cache()
    known.start()
    assert known.synced(10)
    yield api(bob)
    cluster_cache.stop()


@pytest.fixture
def send(bobs: APIClient, committed: Committed) -> Callable[..., Any]:
    """Return a function that sends a request and carries out what waits for the commit."""

    def one(method: str, path: str, data: Any = None) -> Any:
        with committed():
            response = getattr(bobs, method)(f"{URL}{path}", data, format="json")
        assert response.status_code < 300, response.content
        return response.json()

    return one


def seen(row: App | Job) -> App | Job:
    """Look once, as the observer does, and return the row."""
    for needy in recompute([key_of(row)]):
        push(needy)
    row.refresh_from_db()
    return row


def becomes(row: App | Job, state: str, ready: int | None = None) -> App | Job:
    until(lambda: seen(row).state == state and ready in {None, row.ready}, 20)
    return row


def test_the_life_of_an_app(send: Callable[..., Any], bobs: APIClient) -> None:
    spec = {
        "name": "web",
        "image": "team/web:1",
        "command": [sys.executable, "-c", SERVER],
        "env": {"GREETING": "hello"},
        "replicas": 2,
        "resources": SMALL,
        "health": {"path": "/"},
    }
    send("post", "apps/", spec)
    app = App.objects.get()
    becomes(app, "running", 2)
    assert bobs.get(f"{URL}apps/web/proxy/any").content == b"hello"
    until(lambda: bobs.get(f"{URL}apps/web/logs/").content.count(b"listening") == 2)

    send("post", "apps/web/scale/", {"replicas": 3})
    becomes(app, "running", 3)

    send("patch", "apps/web/", {"command": [sys.executable, "-c", "raise SystemExit('no model')"]})
    becomes(app, "degraded")
    assert "no model" in app.message
    assert app.message.startswith("The new revision does not start, the one before it serves.")
    assert bobs.get(f"{URL}apps/web/proxy/").content == b"hello"

    send("post", "apps/web/rollback/", {"revision": 1})
    becomes(app, "running", 3)

    send("post", "apps/web/stop/")
    becomes(app, "stopped")
    send("delete", "apps/web/")
    until(lambda: recompute([key_of(app)]) == [] and not App.objects.exists(), 20)


def test_a_job_that_fails_is_tried_again(send: Callable[..., Any], bobs: APIClient) -> None:
    program = "print('epoch 1'); raise ValueError('no data')"
    spec = {
        "name": "train",
        "image": "x",
        "command": [sys.executable, "-c", program],
        "resources": SMALL,
    }
    send("post", "jobs/", spec)
    job = Job.objects.get()
    becomes(job, "failed")
    assert job.reason == "Error"
    assert job.message == "Ended with exit code 1: “ValueError: no data”"
    assert b"epoch 1\n" in bobs.get(f"{URL}jobs/train/logs/").content
    response = bobs.get(f"{URL}jobs/train/logs/", {"follow": "true"})
    assert b"epoch 1\n" in response.content
    send("post", "jobs/train/retry/")
    assert seen(job).state in {"pending", "starting", "running", "failed"}
    becomes(job, "failed")
    assert job.attempt == 2
    send("delete", "jobs/train/")
    until(lambda: recompute([key_of(job)]) == [] and not Job.objects.exists(), 20)


def test_workers_know_their_rank(send: Callable[..., Any], bobs: APIClient) -> None:
    spec = {
        "name": "wide",
        "image": "x",
        "command": [sys.executable, "-c", WORKER],
        "workers": 2,
        "resources": SMALL,
    }
    send("post", "jobs/", spec)
    response = bobs.get(f"{URL}jobs/wide/logs/", {"follow": "true"})
    text = text_of(response).decode()
    assert sorted(line.split(" ", 1)[1] for line in text.splitlines()) == [
        "worker 0 of 2",
        "worker 1 of 2",
    ]
    becomes(Job.objects.get(), "succeeded")


def test_a_job_that_is_cancelled_stops(send: Callable[..., Any]) -> None:
    program = "import time; time.sleep(60)"
    spec = {
        "name": "long",
        "image": "x",
        "command": [sys.executable, "-c", program],
        "resources": SMALL,
    }
    send("post", "jobs/", spec)
    job = Job.objects.get()
    becomes(job, "running", 1)
    assert job.started_at is not None
    send("post", "jobs/long/cancel/")
    becomes(job, "stopped")
