"""Apps and Jobs as their owners wanted them, with what was last seen of them.

`spec` is the intent, in the words of the API (workloads/kinds/spec.py). The observed columns are
written by workloads/sync.py only; lists filter and sort on them in the database.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone

from tenants.models import Tenant, name_validator


class State(models.TextChoices):
    """How a workload is; one word, one colour and one shape everywhere."""

    RUNNING = "running", "Running"
    STARTING = "starting", "Starting"
    DEGRADED = "degraded", "Degraded"
    PENDING = "pending", "Pending"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    STOPPING = "stopping", "Stopping"
    STOPPED = "stopped", "Stopped"
    UNKNOWN = "unknown", "Unknown"


FINISHED = frozenset({State.SUCCEEDED, State.FAILED, State.STOPPED})
ACTIVE = frozenset(State) - FINISHED
TROUBLED = frozenset({State.DEGRADED, State.FAILED, State.PENDING})


class WorkloadQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Return the workloads of the tenants that a user may know of."""
        return self.filter(tenant__in=Tenant.objects.visible_to(user))


class Workload(models.Model):
    """What Apps and Jobs share."""

    kind: ClassVar[str]

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="%(class)ss")
    name = models.CharField(max_length=40, validators=[name_validator])
    spec = models.JSONField()
    image = models.CharField(
        max_length=255, blank=True, help_text="Copied from the spec for lists."
    )
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    stop_wanted = models.BooleanField(default=False, help_text="Intent: stopped or cancelled.")
    delete_wanted = models.BooleanField(default=False, help_text="Intent: gone.")

    # What the tenant's quota is charged while the workload is active.
    cpu_milli = models.PositiveBigIntegerField(default=0)
    memory_bytes = models.PositiveBigIntegerField(default=0)
    gpu_count = models.PositiveIntegerField(default=0)
    pod_count = models.PositiveIntegerField(default=0)

    # Observed.
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=80, blank=True, help_text="One word of Kubernetes.")
    message = models.CharField(max_length=500, blank=True, help_text="One sentence for people.")
    ready = models.PositiveIntegerField(default=0)
    restarts = models.PositiveIntegerField(default=0)
    state_since = models.DateTimeField(default=timezone.now)
    sync_error = models.CharField(
        max_length=300, blank=True, help_text="Why the last apply failed."
    )

    objects: ClassVar = WorkloadQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class App(Workload):
    """An inference service that stays up."""

    kind = "app"

    replicas = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)
    restarted_at = models.DateTimeField(null=True, blank=True)

    class Meta(Workload.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_app_per_name")]
        indexes = [models.Index(fields=["tenant", "state"], name="app_state")]


class Job(Workload):
    """A training run that ends."""

    kind = "job"

    attempt = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(Workload.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_job_per_name")]
        indexes = [models.Index(fields=["tenant", "state"], name="job_state")]


class Revision(models.Model):
    """One spec that an App had, to compare with and to roll back to."""

    app = models.ForeignKey(App, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    spec = models.JSONField()
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["app", "number"], name="one_revision_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.app} #{self.number}"
