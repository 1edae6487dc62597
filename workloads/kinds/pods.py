"""Tells how one pod is and, if it is not well, why. Pure.

The reasons are those of the kubelet and of the API server; the sentences are ours, with the words
of the registry, the scheduler or the program itself where these say more.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from datetime import datetime

from console.cluster.objects import ContainerStatus, Pod, Terminated, Waiting
from console.quantities import parse_memory, show_memory
from workloads.kinds.observed import Events, Word, latest, moment, sentence
from workloads.kinds.parts import TEMPLATE

NODE_RESTARTED = "NodeRestarted"

_PULLING = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "ImageInspectError",
        "RegistryUnavailable",
    }
)
_CREATING = frozenset({"", "ContainerCreating", "PodInitializing"})
_ERROR = re.compile(r"[A-Za-z_][\w.]{0,100}(?:Error|Exception|Interrupt)(?::|$)")
_MOUNTING = ("FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox")


@dataclass(frozen=True, slots=True)
class PodReport:
    """How one replica or worker is; `troubled` is whether somebody should look."""

    name: str
    state: Word
    reason: str = ""
    message: str = ""
    troubled: bool = False
    ready: bool = False
    restarts: int = 0
    exit_code: int | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    node: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class _Verdict:
    state: Word
    reason: str = ""
    message: str = ""
    troubled: bool = False


def report(pod: Pod, events: Events | None = None) -> PodReport:
    """Return how a pod is; `events` add what its status does not say."""
    status = _main(pod)
    verdict = _judge(pod, status, events or {})
    ended = status.state.terminated or status.last_state.terminated
    running = status.state.running
    return PodReport(
        name=pod.metadata.name,
        state=verdict.state,
        reason=verdict.reason,
        message=verdict.message,
        troubled=verdict.troubled,
        ready=status.ready and verdict.state == Word.RUNNING,
        restarts=status.restart_count,
        exit_code=ended.exit_code if ended else None,
        created_at=moment(pod.metadata.creation_timestamp),
        started_at=moment(running.started_at if running else ended.started_at if ended else None),
        finished_at=moment(status.state.terminated.finished_at)
        if status.state.terminated
        else None,
        node=pod.spec.node_name,
        template=pod.metadata.annotations.get(TEMPLATE, ""),
    )


def _main(pod: Pod) -> ContainerStatus:
    statuses = pod.status.container_statuses
    return next((one for one in statuses if one.name == "main"), statuses[0] if statuses else _NONE)


_NONE = ContainerStatus()


def _judge(pod: Pod, status: ContainerStatus, events: Events) -> _Verdict:
    if pod.metadata.deletion_timestamp:
        return _Verdict(Word.STOPPING, "", "It is ending.")
    if pod.status.phase == "Succeeded":
        return _Verdict(Word.SUCCEEDED)
    if pod.status.phase == "Failed":
        return _failed(pod, status)
    if status.state.running:
        return _running(pod, status, events)
    if status.state.terminated:
        ended = status.state.terminated
        return _Verdict(Word.FAILED, *explain(ended, pod, stays_up=True), troubled=True)
    return _waiting(pod, status, status.state.waiting or Waiting(), events)


def _failed(pod: Pod, status: ContainerStatus) -> _Verdict:
    ended = status.state.terminated
    if pod.status.reason and pod.status.reason != NODE_RESTARTED:
        words = sentence(pod.status.message) or f"The pod failed: {pod.status.reason}."
        return _Verdict(Word.FAILED, pod.status.reason, words, troubled=True)
    if ended is None and pod.status.reason == NODE_RESTARTED:
        ended = Terminated(reason=NODE_RESTARTED)
    if ended is None:
        return _Verdict(Word.FAILED, "", sentence(pod.status.message), troubled=True)
    return _Verdict(Word.FAILED, *explain(ended, pod), troubled=True)


def _running(pod: Pod, status: ContainerStatus, events: Events) -> _Verdict:
    if status.ready:
        return _Verdict(Word.RUNNING)
    ended = status.last_state.terminated
    if ended and ended.reason != NODE_RESTARTED:
        reason, words = explain(ended, pod, stays_up=True)
        return _Verdict(Word.STARTING, reason, f"It starts again. {words}", troubled=True)
    unhealthy = latest(events, "Pod", pod.metadata.name, "Unhealthy")
    if unhealthy:
        return _Verdict(Word.STARTING, "Unhealthy", sentence(unhealthy.message), troubled=True)
    return _Verdict(Word.STARTING, "", "It runs and is not ready yet.")


def _waiting(pod: Pod, status: ContainerStatus, waiting: Waiting, events: Events) -> _Verdict:
    if waiting.reason in _PULLING:
        return _unpulled(pod, status, waiting, events)
    if waiting.reason == "CrashLoopBackOff":
        return _crashing(pod, status)
    if waiting.reason not in _CREATING:
        words = sentence(waiting.message) or f"The container can't start: {waiting.reason}."
        return _Verdict(Word.FAILED, waiting.reason, words, troubled=True)
    return _unschedulable(pod) or _not_yet(pod, waiting, events)


def _not_yet(pod: Pod, waiting: Waiting, events: Events) -> _Verdict:
    stuck = latest(events, "Pod", pod.metadata.name, *_MOUNTING)
    if stuck:
        return _Verdict(Word.PENDING, stuck.reason, sentence(stuck.message), troubled=True)
    if pod.spec.node_name:
        return _Verdict(Word.STARTING, waiting.reason, "Its container is being made.")
    return _Verdict(Word.PENDING, "", "It waits for a node.")


def _unschedulable(pod: Pod) -> _Verdict | None:
    for condition in pod.status.conditions:
        if condition.type == "PodScheduled" and condition.status == "False":
            words = sentence(f"No node fits: {condition.message}")
            return _Verdict(Word.PENDING, condition.reason or "Unschedulable", words, troubled=True)
    return None


def _unpulled(pod: Pod, status: ContainerStatus, waiting: Waiting, events: Events) -> _Verdict:
    """Prefer the registry's own words, which a back-off message hides."""
    image = pod.spec.containers[0].image if pod.spec.containers else status.image
    told = latest(events, "Pod", pod.metadata.name, "Failed")
    words = waiting.message
    if told and "pull" in told.message and waiting.reason == "ImagePullBackOff":
        words = told.message
    text = f"The image {image} can't be had: {words or waiting.reason}"
    return _Verdict(Word.PENDING, waiting.reason, sentence(text), troubled=True)


def _crashing(pod: Pod, status: ContainerStatus) -> _Verdict:
    ended = status.last_state.terminated
    if ended is None:
        return _Verdict(Word.FAILED, "CrashLoopBackOff", "It ends again and again.", troubled=True)
    reason, words = explain(ended, pod, stays_up=True)
    times = f"Restarted {status.restart_count} times. " if status.restart_count > 1 else ""
    shown = reason if reason == "OOMKilled" else "CrashLoopBackOff"
    return _Verdict(Word.FAILED, shown, sentence(times + words), troubled=True)


def explain(ended: Terminated, pod: Pod, *, stays_up: bool = False) -> tuple[str, str]:
    """Return the reason and a sentence of why a container ended."""
    if ended.reason == "OOMKilled":
        return "OOMKilled", f"Killed for using more memory than its limit{_memory_limit(pod)}."
    if ended.reason == NODE_RESTARTED:
        return NODE_RESTARTED, "The console stopped while this container ran."
    if ended.reason in {"StartError", "ContainerCannotRun"}:
        return ended.reason, sentence(f"It could not start: {ended.message or 'no reason given'}")
    if ended.exit_code == 0 and not ended.signal:
        words = "Ended with exit code 0"
        return "Completed", f"{words}, but an App has to stay up." if stays_up else f"{words}."
    return ended.reason or "Error", sentence(f"{_how(ended)}{_last_line(ended.message)}")


def _how(ended: Terminated) -> str:
    number = ended.signal or (ended.exit_code - 128 if ended.exit_code > 128 else 0)
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"Ended with exit code {ended.exit_code}"
    return f"Ended by {name} (exit code {ended.exit_code or 128 + number})"


def _last_line(text: str) -> str:
    """Return the last line, or the last that names an error: buffered output comes after it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.match(line)]
    told = (errors or lines)[-1:]
    return f": “{told[0][:300]}”" if told else ""


def _memory_limit(pod: Pod) -> str:
    limits = pod.spec.containers[0].resources.limits if pod.spec.containers else {}
    try:
        return f" of {show_memory(parse_memory(str(limits['memory'])))}"
    except (KeyError, ValueError):
        return ""
