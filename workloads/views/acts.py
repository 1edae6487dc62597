"""What can be done to an App or Job from its page: when it is offered, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from console.errors import Invalid
from tenants.models import User
from workloads import actions
from workloads.kinds.spec import AppSpec, spec_of
from workloads.models import FINISHED, App, Job, State

Run = Callable[[User, Any, Any], object]


@dataclass(frozen=True, slots=True)
class Act:
    """One action. `done` is the sentence of the toast, `warning` what a person must know before;
    after one that begins another log, the page is loaded again so that it follows that one.
    """

    key: str
    label: str
    icon: str
    done: str
    run: Run
    offered: Callable[[Any], bool] = lambda _workload: True
    warning: str = ""
    danger: bool = False
    begins_log: bool = False

    @property
    def asks(self) -> bool:
        """Return whether it has to be confirmed."""
        return bool(self.warning)


def _number(post: Any, key: str, label: str) -> int:
    text = post.get(key, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Invalid(fields={key: [f"Write a whole number of {label}."]})
    return int(text)


def _scale(user: User, app: App, post: Any) -> None:
    actions.scale_app(user=user, app=app, replicas=_number(post, "replicas", "replicas"))


def _roll_back(user: User, app: App, post: Any) -> None:
    number = _number(post, "number", "the revision")
    seen = post.get("expected_revision") and _number(post, "expected_revision", "the revision")
    actions.roll_back_app(user=user, app=app, number=number, expected_revision=seen or None)


def _is_up(app: App) -> bool:
    return not app.stop_wanted and not app.delete_wanted


def _is_over(job: Job) -> bool:
    return job.state in FINISHED and not job.delete_wanted


_APP = (
    Act(
        "start",
        "Start",
        "player-play",
        "“{name}” starts.",
        lambda user, app, _post: actions.start_app(user=user, app=app),
        lambda app: app.stop_wanted and not app.delete_wanted,
        begins_log=True,
    ),
    Act(
        "restart",
        "Restart",
        "refresh",
        "“{name}” restarts, one replica after the other.",
        lambda user, app, _post: actions.restart_app(user=user, app=app),
        _is_up,
    ),
    Act(
        "stop",
        "Stop",
        "player-stop",
        "“{name}” is stopping.",
        lambda user, app, _post: actions.stop_app(user=user, app=app),
        _is_up,
        "All replicas end and requests are no longer answered. "
        "Its configuration and revisions stay, and it can be started again.",
    ),
    Act("scale", "Scale", "arrows-diagonal", "“{name}” is scaling.", _scale, _is_up),
    Act("roll-back", "Roll back", "arrow-back-up", "“{name}” is rolled back.", _roll_back, _is_up),
    Act(
        "delete",
        "Delete",
        "trash",
        "“{name}” is being deleted.",
        lambda user, app, _post: actions.delete_app(user=user, app=app),
        lambda app: not app.delete_wanted,
        "This can't be undone. Volumes and what is in them stay.",
        danger=True,
    ),
)
_JOB = (
    Act(
        "retry",
        "Retry",
        "refresh",
        "“{name}” runs again.",
        lambda user, job, _post: actions.retry_job(user=user, job=job),
        _is_over,
        begins_log=True,
    ),
    Act(
        "cancel",
        "Cancel",
        "player-stop",
        "“{name}” is stopping.",
        lambda user, job, _post: actions.cancel_job(user=user, job=job),
        lambda job: job.state not in FINISHED and not job.stop_wanted and not job.delete_wanted,
        "The run ends where it is, and its pods and their log go. What it has written to volumes "
        "stays; it can be run again from the beginning.",
    ),
    Act(
        "delete",
        "Delete",
        "trash",
        "“{name}” is being deleted.",
        lambda user, job, _post: actions.delete_job(user=user, job=job),
        lambda job: not job.delete_wanted,
        "This can't be undone. Volumes and what is in them stay.",
        danger=True,
    ),
)
ACTS: dict[str, dict[str, Act]] = {
    "app": {act.key: act for act in _APP},
    "job": {act.key: act for act in _JOB},
}
BULK = {"app": ("restart", "start", "stop", "delete"), "job": ("retry", "cancel", "delete")}


def offered(workload: App | Job) -> dict[str, Act]:
    """Return what can be done to a workload as it is, by key with "_" for "-"."""
    return {
        key.replace("-", "_"): act
        for key, act in ACTS[workload.kind].items()
        if act.offered(workload)
    }


def goes_with(workload: App | Job, act: Act, pods: int) -> list[str]:
    """Return what an action takes away, one phrase each, for its confirmation."""
    counted = f"{pods} running {'pod' if pods == 1 else 'pods'}"
    if act.key != "delete":
        return [counted] if pods else []
    if isinstance(workload, Job):
        return [f"the Job “{workload.name}” and its log", counted]
    spec = spec_of(workload)
    gone = [f"the Deployment “{workload.name}” with {counted}", f"the Service “{workload.name}”"]
    if isinstance(spec, AppSpec) and spec.expose:
        gone.append(f"the Ingress at {spec.expose.host}{spec.expose.path}")
    if isinstance(spec, AppSpec) and spec.autoscale:
        gone.append("its autoscaler")
    count = workload.revisions.count()
    return [*gone, f"{count} {'revision' if count == 1 else 'revisions'} of its configuration"]


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next about a state that is not good: an action, or a tab to look at."""

    label: str
    act: str = ""
    tab: str = ""


_WRONG_SPEC = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName"})


def next_step(workload: App | Job) -> Step | None:
    """Return the step that most likely helps, None when all is well."""
    state = workload.state
    if isinstance(workload, Job):
        return _job_step(workload)
    if state == State.STOPPED:
        return Step("Start", act="start")
    if state in {State.FAILED, State.DEGRADED}:
        if workload.revision > 1 and workload.reason != "OOMKilled":
            return Step("Compare and roll back", tab="revisions")
        return Step("Change the image", tab="edit") if _is_wrong(workload) else _LOOK
    return Step("See the events", tab="events") if state == State.PENDING else None


_LOOK = Step("See the replicas", tab="replicas")


def _is_wrong(workload: App | Job) -> bool:
    return workload.reason in _WRONG_SPEC


def _job_step(job: Job) -> Step | None:
    if job.state in {State.FAILED, State.STOPPED}:
        return Step("Retry", act="retry")
    return Step("See the events", tab="events") if job.state == State.PENDING else None
