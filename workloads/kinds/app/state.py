"""Tells how an App is and why, from its Deployment, pods and events. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from console.cluster.objects import Deployment, Pod
from workloads.kinds.observed import (
    Events,
    Observed,
    Wish,
    Word,
    count_of,
    latest,
    sentence,
)
from workloads.kinds.pods import PodReport, report


@dataclass(frozen=True, slots=True)
class Pods:
    """An App's replicas: those of the wanted template, and those of older ones; none that end."""

    new: list[PodReport]
    old: list[PodReport]
    ending: int

    @property
    def ready(self) -> int:
        """Return how many serve, of whichever template."""
        return sum(one.ready for one in (*self.new, *self.old))


def observe(
    wish: Wish,
    deployment: Deployment | None,
    pods: Sequence[Pod],
    events: Events,
    *,
    template: str = "",
) -> Observed:
    """Return how an App is; `template` is the digest that its current pods carry."""
    sorted_pods = _sort([report(pod, events) for pod in pods], template)
    found = _judge(wish, deployment, sorted_pods, events)
    return replace(
        found,
        message=sentence(found.message),
        ready=sorted_pods.ready,
        restarts=sum(one.restarts for one in (*sorted_pods.new, *sorted_pods.old)),
        started_at=min((one.started_at for one in sorted_pods.new if one.started_at), default=None),
    )


def _sort(reports: list[PodReport], template: str) -> Pods:
    live = [one for one in reports if one.state != Word.STOPPING]
    new = [one for one in live if not template or one.template == template]
    return Pods(new, [one for one in live if one not in new], len(reports) - len(live))


def _judge(wish: Wish, deployment: Deployment | None, pods: Pods, events: Events) -> Observed:
    if wish.deleted:
        return Observed(Word.STOPPING, "Deleting", "It is being deleted.")
    left = len(pods.new) + len(pods.old) + pods.ending
    if wish.stopped:
        if not left:
            return Observed(Word.STOPPED, "", wish.sync_error)
        return Observed(Word.STOPPING, "", f"Still ending: {count_of(left, 'replica')}.")
    if deployment is None:
        waits = "It waits for the cluster to take it."
        return Observed(
            Word.PENDING, "NotApplied" if wish.sync_error else "", wish.sync_error or waits
        )
    trouble = _trouble(deployment, pods, events)
    if trouble:
        return _troubled(trouble, pods, deployment.spec.replicas)
    return _quiet(wish, pods, deployment.spec.replicas)


def _trouble(deployment: Deployment, pods: Pods, events: Events) -> PodReport | None:
    """Return what hinders the wanted replicas most, or an old replica that is not well."""
    refused = _refused(deployment, events)
    hindered = [one for one in pods.new if one.troubled]
    worst = next((one for one in hindered if one.state == Word.FAILED), None)
    if worst or hindered:
        return worst or hindered[0]
    if refused and len(pods.new) < deployment.spec.replicas:
        return refused
    return next((one for one in pods.old if one.troubled), None) if not pods.new else None


def _refused(deployment: Deployment, events: Events) -> PodReport | None:
    """Return a refusal of the API server to create pods, a full quota above all."""
    message = ""
    for condition in deployment.status.conditions:
        if condition.type == "ReplicaFailure" and condition.status == "True":
            message = condition.message
    prefix = f"{deployment.metadata.name}-"
    for (kind, name), _ in events.items() if not message else ():
        event = latest(events, kind, name, "FailedCreate")
        if (
            kind == "ReplicaSet"
            and event
            and name.startswith(prefix)
            and "-" not in name[len(prefix) :]
        ):
            message = event.message
    if not message:
        return None
    words = f"The cluster refuses a replica: {message}"
    return PodReport("", Word.PENDING, "FailedCreate", words, troubled=True)


def _troubled(trouble: PodReport, pods: Pods, wanted: int) -> Observed:
    ready, words = pods.ready, trouble.message
    serving_old = sum(one.ready for one in pods.old)
    if serving_old and not any(one.ready for one in pods.new):
        text = f"The new revision does not start, the one before it serves. {words}"
        return Observed(Word.DEGRADED, trouble.reason, text)
    if ready:
        text = f"{ready} of {wanted} ready. {words}"
        return Observed(Word.DEGRADED, trouble.reason, text)
    return Observed(trouble.state, trouble.reason, words)


def _quiet(wish: Wish, pods: Pods, wanted: int) -> Observed:
    if wish.sync_error:
        words = f"The last change has not reached the cluster: {wish.sync_error}"
        return Observed(Word.DEGRADED if pods.ready else Word.PENDING, "NotApplied", words)
    updated = sum(one.ready for one in pods.new)
    if updated >= wanted:
        return Observed(Word.RUNNING)
    if pods.old and pods.ready >= wanted:
        words = f"Rolling out: {updated} of {wanted} run the new revision."
        return Observed(Word.RUNNING, "RollingOut", words)
    if not pods.new and not pods.old:
        return Observed(Word.PENDING, "", "It waits for its first replica.")
    waiting = all(one.state == Word.PENDING for one in (*pods.new, *pods.old))
    words = f"{pods.ready} of {wanted} ready."
    return Observed(Word.PENDING if waiting else Word.STARTING, "", words)
