"""What workloads take of a tenant's quota, and whether one more fits.

An App is charged for all its replicas (autoscaled: for the most it may have) until it has stopped,
a Job for all its workers until it has ended. The Namespace's ResourceQuota repeats this.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.db.models import Q, QuerySet, Sum

from console.errors import QuotaExceeded
from console.quantities import parse_cpu, parse_memory
from tenants.models import Tenant, User
from tenants.quota import NOTHING, RESOURCES, Quota, Resource, quota_of, used_by
from workloads.kinds.spec import AppSpec, Spec
from workloads.models import FINISHED, App, Job, State, Workload

COLUMNS = ("cpu_milli", "memory_bytes", "gpu_count", "pod_count")


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """One resource: what others use, what is asked for now, and what the tenant was given."""

    resource: Resource
    used: int
    asked: int
    limit: int

    @property
    def label(self) -> str:
        """Return the resource's name."""
        return self.resource.label

    @property
    def left(self) -> int:
        """Return how much is left once what is asked for is taken; not below zero."""
        return max(0, self.limit - self.used - self.asked)

    @property
    def short(self) -> int:
        """Return by how much the quota is too small."""
        return max(0, self.used + self.asked - self.limit)

    @property
    def percent(self) -> int:
        """Return the share that is used with what is asked for, at most 100."""
        return min(100, round(100 * (self.used + self.asked) / self.limit)) if self.limit else 0

    @property
    def used_text(self) -> str:
        """Return what is used, for a reader."""
        return self.resource.show(self.used)

    @property
    def asked_text(self) -> str:
        """Return what is asked for, for a reader."""
        return self.resource.show(self.asked)

    @property
    def limit_text(self) -> str:
        """Return the quota, for a reader."""
        return self.resource.show(self.limit)

    @property
    def left_text(self) -> str:
        """Return what is left, for a reader."""
        return self.resource.show(self.left)


def charge_of(spec: Spec) -> Quota:
    """Return what a workload of this spec takes at most."""
    count = _most_pods(spec)
    return Quota(
        cpu_milli=count * parse_cpu(spec.resources.cpu),
        memory_bytes=count * parse_memory(spec.resources.memory),
        gpu_count=count * spec.resources.gpu.count,
        pod_count=count,
        storage_bytes=0,
    )


def _most_pods(spec: Spec) -> int:
    if isinstance(spec, AppSpec):
        return spec.autoscale.max if spec.autoscale else spec.replicas
    return spec.workers


def charged_apps(tenant: Tenant) -> QuerySet[App]:
    """Return the Apps that count."""
    stopped = Q(state=State.STOPPED, stop_wanted=True)
    return App.objects.filter(~stopped, tenant=tenant)


def charged_jobs(tenant: Tenant) -> QuerySet[Job]:
    """Return the Jobs that count."""
    return Job.objects.filter(tenant=tenant).exclude(state__in=FINISHED)


def used(tenant: Tenant, *, but: Workload | None = None) -> Quota:
    """Return what the workloads of a tenant take, one of them left out: one query a kind."""
    total = NOTHING
    for rows in (charged_apps(tenant), charged_jobs(tenant)):
        if but is not None and rows.model is type(but):
            rows = rows.exclude(pk=but.pk)  # noqa: PLW2901
        sums = rows.aggregate(**{column: Sum(column) for column in COLUMNS})
        total += Quota(**{column: sums[column] or 0 for column in COLUMNS}, storage_bytes=0)
    return total


def usage(tenant: Tenant) -> list[QuotaLine]:
    """Return every resource of a tenant with what is used of it, storage too."""
    return _lines(tenant, used_by(tenant), NOTHING)


def lines(tenant: Tenant, asked: Quota, *, replacing: Workload | None = None) -> list[QuotaLine]:
    """Return what would be used with `asked` in place of what a workload takes now."""
    found = _lines(tenant, used(tenant, but=replacing), asked)
    return [line for line in found if line.resource.word != "storage"]


def _lines(tenant: Tenant, taken: Quota, asked: Quota) -> list[QuotaLine]:
    limits = quota_of(tenant)
    return [
        QuotaLine(
            resource,
            getattr(taken, resource.column),
            getattr(asked, resource.column),
            getattr(limits, resource.column),
        )
        for resource in RESOURCES
    ]


def check(
    tenant: Tenant, asked: Quota, *, replacing: Workload | None = None, runs: bool = True
) -> None:
    """Raise QuotaExceeded with the exact shortfall; the row of the tenant must be locked.

    A change that asks for no more of a resource than before is let through, so that a tenant
    whose quota was lowered can still scale down and mend. What does not run (`runs` is false) had
    nothing before: its row may have been changed since it stopped.
    """
    before = _charged(replacing) if runs else NOTHING
    short = [
        line
        for line in lines(tenant, asked, replacing=replacing)
        if line.short and line.asked > getattr(before, line.resource.column)
    ]
    if short:
        words = " ".join(_shortfall(tenant, line) for line in short)
        raise QuotaExceeded(words, hint=_who_can_raise_it())


def _charged(row: Workload | None) -> Quota:
    counts = row is not None and (
        row.state not in FINISHED or (isinstance(row, App) and not row.stop_wanted)
    )
    if row is None or not counts:
        return NOTHING
    return Quota(*(getattr(row, one.name, 0) for one in fields(Quota)))


def _shortfall(tenant: Tenant, line: QuotaLine) -> str:
    short = line.resource.show(line.short)
    return (
        f"Short by {short} {_noun(line)}: {tenant.slug} uses {line.used_text} of "
        f"{line.limit_text} and this asks for {line.asked_text}."
    )


def _noun(line: QuotaLine) -> str:
    word = line.resource.word
    if word == "memory":
        return "of memory"
    if word == "pods":
        return "pod" if line.short == 1 else "pods"
    return {"cpu": "CPU", "gpu": "GPU"}.get(word, line.label)


def _who_can_raise_it() -> str:
    operators = User.objects.filter(is_staff=True, is_active=True).order_by("username")
    names = ", ".join(operators.values_list("username", flat=True)[:3])
    named = f" ({names})" if names else ""
    return f"Stop something, or ask a platform operator{named} for a larger quota."


def lock(tenant: Tenant) -> Tenant:
    """Return the tenant's row locked, so that what fits is decided one by one."""
    return Tenant.objects.select_for_update().get(pk=tenant.pk)
