"""The service of a serving process: pushes in threads, observes what changes, mends the rest."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from console import runtime
from console.cluster.cache import ClusterCache
from tenants.models import User
from tests.fakes import FakeCluster
from tests.workloads.conftest import RUNNING, Committed, put_pod, until
from workloads import actions
from workloads.models import App
from workloads.sync import service


def test_the_service_is_registered() -> None:
    assert "workloads" in runtime._registered


@pytest.mark.django_db(transaction=True)
def test_a_change_in_the_cluster_reaches_the_row(
    web: App, cluster: FakeCluster, known: ClusterCache
) -> None:
    service._observer.start()
    try:
        for name in ("web-1", "web-2"):
            put_pod(cluster, web, name, **RUNNING)
        until(lambda: App.objects.filter(pk=web.pk, state="running", ready=2).exists())
    finally:
        service._observer.stop()


def test_a_push_that_hangs_is_not_waited_for(
    web: App, bob: User, monkeypatch: pytest.MonkeyPatch, committed: Committed
) -> None:
    hang = threading.Event()
    monkeypatch.setattr(service, "PATIENCE", 0.05)
    monkeypatch.setattr(service, "_impatient_until", 0.0)
    monkeypatch.setattr(service, "_push_in_thread", lambda *_: hang.wait(5))
    with ThreadPoolExecutor(1) as pushers:
        monkeypatch.setattr(service, "_pushers", pushers)
        began = time.monotonic()
        for _ in range(2):
            with committed():
                actions.restart_app(user=bob, app=web)
        assert time.monotonic() - began < 2
        assert service._impatient_until > time.monotonic()
        hang.set()


def test_a_surprise_in_a_push_does_not_fail_the_action(
    web: App, bob: User, monkeypatch: pytest.MonkeyPatch, committed: Committed
) -> None:
    def surprise(*_: Any, **__: Any) -> None:
        raise RuntimeError("surprise")

    monkeypatch.setattr(service, "push", surprise)
    with committed():
        assert actions.restart_app(user=bob, app=web).restarted_at is not None


def test_it_starts_and_stops(monkeypatch: pytest.MonkeyPatch, known: ClusterCache) -> None:
    monkeypatch.setattr(service._reconciler, "start", lambda: None)
    monkeypatch.setattr(service._observer, "step", lambda: None)
    service.start()
    assert service._pushers is not None
    service.stop()
    assert service._pushers is None
