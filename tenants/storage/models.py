"""Volumes: named storage of a tenant that Jobs and Apps mount."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone

from tenants.models import Tenant, name_validator

DEFAULT_SIZE = 2**30


class VolumeQuerySet(models.QuerySet["Volume"]):
    def visible_to(self, user: Any) -> Self:
        """Return the volumes of the tenants that a user may know of."""
        return self.filter(tenant__in=Tenant.objects.visible_to(user))


class Volume(models.Model):
    """Storage of one tenant; on the embedded cluster a directory."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="volumes")
    name = models.CharField(max_length=40, validators=[name_validator])
    size_bytes = models.PositiveBigIntegerField("size in bytes", default=DEFAULT_SIZE)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sync_error = models.CharField(
        max_length=300, blank=True, editable=False, help_text="Why the last apply failed."
    )

    objects: ClassVar = VolumeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="one_volume_per_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def claim_name(self) -> str:
        """Return the name of the PersistentVolumeClaim that pods mount."""
        return f"volume-{self.name}"
