"""Who uses the platform, and what they are given."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

# Browsers read it too (`pattern`), in a mode where “-” must be escaped.
NAME_PATTERN = r"^[a-z]([a-z0-9\-]{0,38}[a-z0-9])?$"
name_validator = RegexValidator(
    NAME_PATTERN,
    "Use 1 to 40 lower-case letters, digits and “-”; begin with a letter "
    "and end with a letter or digit.",
)


class User(AbstractUser):
    """A person; `is_staff` makes a platform operator."""

    is_auditor = models.BooleanField(
        "auditor",
        default=False,
        help_text="Sees every tenant and its audit trail, changes nothing.",
    )


class Role(models.TextChoices):
    """What a member may do in a tenant; each role may do all that those before it may."""

    VIEWER = "viewer", "Viewer"
    DEVELOPER = "developer", "Developer"
    OWNER = "owner", "Owner"


class TenantQuerySet(models.QuerySet["Tenant"]):
    def visible_to(self, user: Any) -> Self:
        """Return the tenants that a user may know of."""
        if not user.is_active:
            return self.none()
        if user.is_staff or user.is_auditor:
            return self
        return self.filter(memberships__user=user)

    def with_role_of(self, user: Any) -> Self:
        """Add `member_role`: the user's role by membership, or None; saves a query per tenant."""
        memberships = Membership.objects.filter(tenant=models.OuterRef("pk"), user=user.pk)
        return self.annotate(member_role=models.Subquery(memberships.values("role")[:1]))


class Tenant(models.Model):
    """A team with one Namespace and a quota; zero in a quota field means none of it."""

    slug = models.CharField("name", max_length=40, unique=True, validators=[name_validator])
    title = models.CharField(max_length=80, blank=True)
    namespace = models.CharField(max_length=63, unique=True, editable=False)
    cpu_milli = models.PositiveBigIntegerField("CPU quota in thousandths of a core", default=4_000)
    memory_bytes = models.PositiveBigIntegerField("memory quota in bytes", default=8 * 2**30)
    gpu_count = models.PositiveIntegerField("GPU quota", default=0)
    pod_count = models.PositiveIntegerField("pod quota", default=100)
    storage_bytes = models.PositiveBigIntegerField("storage quota in bytes", default=20 * 2**30)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sync_error = models.CharField(
        max_length=300, blank=True, editable=False, help_text="Why the last apply failed."
    )

    # Filled by `with_role_of`.
    member_role: str | None

    objects: ClassVar = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title or self.slug

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Name the Namespace after the tenant, once."""
        self.namespace = self.namespace or f"tenant-{self.slug}"
        super().save(*args, **kwargs)

    @property
    def channel(self) -> str:
        """Return the name under which facts about this tenant are published."""
        return f"tenant.{self.pk}"


class Leftover(models.Model):
    """An object of the cluster whose row is gone and which must go too; kept until it has."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=253)
    namespace = models.CharField(max_length=63, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "namespace", "name"], name="one_leftover")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}".replace(" /", " ")


class Membership(models.Model):
    """One user's role in one tenant."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["user__username"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="one_role_per_member")
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.tenant}"


class Outcome(models.TextChoices):
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"


class AuditEntry(models.Model):
    """One thing that somebody did, or tried to do; never changed afterwards.

    Names are copied, not referenced: the entry outlives the user, the tenant and the object.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    tenant = models.ForeignKey(Tenant, models.SET_NULL, null=True, related_name="audit_entries")
    tenant_name = models.CharField(max_length=40, blank=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60, help_text="Noun and verb: app.create, member.remove.")
    object_kind = models.CharField(max_length=40, blank=True)
    object_name = models.CharField(max_length=150, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.DONE)
    message = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["tenant", "-id"], name="audit_of_tenant")]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.object_name}".strip()

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """Return each changed field with its value before and after; None where there was none."""
        names = list(dict.fromkeys([*self.before, *self.after]))
        return [(name, self.before.get(name), self.after.get(name)) for name in names]


class ApiToken(models.Model):
    """A bearer token of a user; only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12, help_text="The first characters, to tell tokens apart.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.hint}… of {self.user}"

    @classmethod
    def issue(cls, user: User, expires_at: datetime) -> tuple[ApiToken, str]:
        """Create a token and return it with its secret, which can't be had again."""
        secret = f"mb_{secrets.token_urlsafe(32)}"
        token = cls.objects.create(
            user=user, digest=cls.digest_of(secret), hint=secret[:8], expires_at=expires_at
        )
        return token, secret

    @staticmethod
    def digest_of(secret: str) -> str:
        """Return the SHA-256 under which a secret is looked up."""
        return hashlib.sha256(secret.encode()).hexdigest()
