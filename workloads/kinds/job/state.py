"""Tells how a Job is and why, from its batch Job, pods and events. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from console.cluster.objects import Condition, Job, Pod
from workloads.kinds.observed import (
    Events,
    Observed,
    Wish,
    Word,
    count_of,
    latest,
    moment,
    sentence,
)
from workloads.kinds.pods import NODE_RESTARTED, PodReport, report

CUT_OFF = "The console stopped while this Job ran; retry it."
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def observe(wish: Wish, job: Job | None, pods: Sequence[Pod], events: Events) -> Observed:
    """Return how a Job is; `job` and `pods` are those of its latest attempt."""
    reports = [report(pod, events) for pod in pods]
    found = _judge(wish, job, reports, events)
    return replace(
        found,
        message=sentence(found.message),
        ready=sum(one.ready for one in reports),
        restarts=job.status.failed if job else 0,
        started_at=_started(job, reports),
        finished_at=_finished(job, reports) if found.state in _ENDED else None,
    )


_ENDED = (Word.SUCCEEDED, Word.FAILED)


def interrupted() -> Observed:
    """Return how a Job is that had started and of which the cluster knows nothing any more."""
    return Observed(Word.FAILED, "Interrupted", CUT_OFF)


def _judge(wish: Wish, job: Job | None, reports: list[PodReport], events: Events) -> Observed:
    if wish.deleted or wish.stopped:
        return _ending(wish, left=job is not None or bool(reports))
    if job is None:
        waits = "It waits for the cluster to take it."
        return Observed(
            Word.PENDING, "NotApplied" if wish.sync_error else "", wish.sync_error or waits
        )
    done = _condition(job, "Complete")
    if done:
        return Observed(Word.SUCCEEDED)
    failed = _condition(job, "Failed")
    if failed:
        return _failed(job, failed, reports)
    return _active(job, reports, events)


def _ending(wish: Wish, *, left: bool) -> Observed:
    if wish.deleted:
        return Observed(Word.STOPPING, "Deleting", "It is being deleted.")
    if left:
        return Observed(Word.STOPPING, "Cancelled", "It is being cancelled.")
    return Observed(Word.STOPPED, "Cancelled", "It was cancelled.")


def _condition(job: Job, kind: str) -> Condition | None:
    return next(
        (one for one in job.status.conditions if one.type == kind and one.status == "True"), None
    )


def _failed(job: Job, condition: Condition, reports: list[PodReport]) -> Observed:
    last = _last_failure(reports)
    if condition.reason == "DeadlineExceeded":
        limit = job.spec.active_deadline_seconds
        after = f" of {count_of(limit, 'second')}" if limit else ""
        return Observed(Word.FAILED, "DeadlineExceeded", f"Ended at its timeout{after}.")
    if last is None:
        return Observed(Word.FAILED, condition.reason, condition.message or "It failed.")
    if last.reason == NODE_RESTARTED:
        return Observed(Word.FAILED, NODE_RESTARTED, CUT_OFF)
    tries = f"All {job.status.failed} tries failed. " if job.status.failed > 1 else ""
    return Observed(Word.FAILED, last.reason, tries + last.message)


def _last_failure(reports: list[PodReport]) -> PodReport | None:
    failed = [one for one in reports if one.state == Word.FAILED]
    return max(failed, key=lambda one: one.finished_at or one.created_at or _LONG_AGO, default=None)


def _active(job: Job, reports: list[PodReport], events: Events) -> Observed:
    live = [one for one in reports if one.state not in (*_ENDED, Word.STOPPING)]
    if not live:
        return _between(job, reports, events)
    trouble = next((one for one in live if one.troubled), None)
    running = [one for one in live if one.state == Word.RUNNING]
    if len(running) == len(live):
        return _running(job, reports)
    if running:
        total = count_of(job.spec.parallelism, "worker")
        words = f"{len(running)} of {total} run. {trouble.message if trouble else ''}"
        return Observed(Word.STARTING, trouble.reason if trouble else "", words)
    worst = trouble or live[0]
    # A pod that can't start, in a Job, waits: nothing has failed that a retry would count.
    state = Word.PENDING if worst.troubled or worst.state == Word.PENDING else Word.STARTING
    return Observed(state, worst.reason, worst.message)


def _running(job: Job, reports: list[PodReport]) -> Observed:
    last = _last_failure(reports)
    if last is None:
        return Observed(Word.RUNNING)
    words = f"Retry {job.status.failed} of {job.spec.backoff_limit} runs. {last.message}"
    return Observed(Word.RUNNING, last.reason, words)


def _between(job: Job, reports: list[PodReport], events: Events) -> Observed:
    refused = latest(events, "Job", job.metadata.name, "FailedCreate")
    if refused:
        return Observed(Word.PENDING, "FailedCreate", f"Its pod is refused: {refused.message}")
    last = _last_failure(reports)
    if last:
        words = f"Waits for retry {job.status.failed} of {job.spec.backoff_limit}. {last.message}"
        return Observed(Word.PENDING, last.reason, words)
    if any(one.state == Word.SUCCEEDED for one in reports):
        return Observed(Word.RUNNING, "", "It is finishing.")
    return Observed(Word.PENDING, "", "It waits for its first pod.")


def _started(job: Job | None, reports: list[PodReport]) -> datetime | None:
    starts = [one.started_at for one in reports if one.started_at]
    if starts:
        return min(starts)
    if job and (job.status.succeeded or job.status.failed):
        return moment(job.status.start_time)
    return None


def _finished(job: Job | None, reports: list[PodReport]) -> datetime | None:
    failed = _condition(job, "Failed") if job else None
    told = moment(job.status.completion_time) if job else None
    told = told or (moment(failed.last_transition_time) if failed else None)
    ends = [one.finished_at for one in reports if one.finished_at]
    return told or max(ends, default=None)
