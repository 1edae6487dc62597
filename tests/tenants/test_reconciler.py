"""The thread that makes the cluster agree with the rows."""

from __future__ import annotations

import threading

import pytest

from console import runtime
from tenants import sync
from tenants.sync import Reconciler


@pytest.mark.django_db
def test_it_goes_on_after_a_failure_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "AGAIN_AFTER", 0.01)
    firsts: list[int] = []
    mended = threading.Event()

    def first() -> None:
        firsts.append(1)
        if len(firsts) == 1:
            raise OSError("the database is not there yet")

    reconciler = Reconciler("test", first, mended.set)
    reconciler.start()
    assert mended.wait(5)
    reconciler.stop()
    assert firsts == [1, 1]
    assert "test" not in {thread.name for thread in threading.enumerate()}


def test_a_serving_process_runs_it() -> None:
    assert {"tenants", "volumes"} <= set(runtime._registered)
