"""The example that a new tenant starts with: handwritten digits, trained and served."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from workloads.models import App, Job, State

VOLUME = "digits"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the start: what it does, and whether it is open, running or done."""

    number: int
    title: str
    text: str
    is_done: bool = False
    is_open: bool = False
    workload: App | Job | None = None


@cache
def _read(name: str) -> dict[str, Any]:
    path = Path(settings.BASE_DIR) / "examples" / "digits" / f"{name}.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return {}
    return data if isinstance(data, dict) else {}


def train_spec() -> dict[str, Any]:
    """Return the Job of the example; empty in an installation without examples."""
    return dict(_read("train"))


def serve_spec() -> dict[str, Any]:
    """Return the App of the example."""
    return dict(_read("serve"))


def trial_of(app: App) -> dict[str, Any]:
    """Return a request that an App of the example answers: a scan that training never saw."""
    if app.image != serve_spec().get("image"):
        return {}
    trial = _read("try")
    if not trial:
        return {"method": "POST", "path": "/predict", "send": "file"}
    return {
        "method": trial["method"],
        "path": trial["path"],
        "send": "json",
        "text": json.dumps(trial["body"]),
    }


def steps(apps: list[App], jobs: list[Job]) -> list[Step]:
    """Return the three steps, or nothing when the tenant has other things than the example."""
    train, serve = train_spec(), serve_spec()
    others = [app for app in apps if app.name != serve.get("name")]
    others += [job for job in jobs if job.name != train.get("name")]  # type: ignore[misc]
    if others or not train or not serve:
        return []
    job = next(iter(jobs), None)
    app = next(iter(apps), None)
    trained = job is not None and job.state == State.SUCCEEDED
    served = app is not None and app.ready > 0
    return [
        Step(
            1,
            "Train a classifier",
            "A Job trains on 1,797 scans of handwritten digits and writes the model to a volume.",
            is_done=trained or app is not None,
            is_open=job is None and app is None,
            workload=job,
        ),
        Step(
            2,
            "Put it live",
            "An App with two replicas loads the model from the volume and answers requests.",
            is_done=served,
            is_open=trained and app is None,
            workload=app,
        ),
        Step(
            3,
            "Try it",
            "Send a scan that training never saw, and see which digit comes back.",
            is_open=served,
            workload=app,
        ),
    ]
