"""What the API of tenants takes and gives; inputs apart from outputs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenants.access import role_of_member
from tenants.models import Membership, Role, Tenant
from tenants.quota import quota_of, used_by, written


class QuotaWords(serializers.Serializer[Any]):
    """Amounts as Kubernetes writes them: `{"cpu": "8", "memory": "16Gi"}`."""

    cpu = serializers.CharField(required=False, help_text="Cores: 500m, 8.")
    memory = serializers.CharField(required=False, help_text="512Mi, 16Gi.")
    gpu = serializers.CharField(required=False)
    pods = serializers.CharField(required=False)
    storage = serializers.CharField(required=False, help_text="20Gi.")


class CredentialsInput(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class IssuedTokenOutput(serializers.Serializer[Any]):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class TokenOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    hint = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()


class MyTenantOutput(serializers.Serializer[Any]):
    slug = serializers.CharField()
    role = serializers.CharField()


class MeOutput(serializers.Serializer[Any]):
    username = serializers.CharField()
    is_operator = serializers.BooleanField()
    is_auditor = serializers.BooleanField()
    tenants = MyTenantOutput(many=True)


class TenantInput(serializers.Serializer[Any]):
    slug = serializers.CharField(max_length=40)
    title = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    owner = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)
    quota = QuotaWords(required=False)


class QuotaInput(serializers.Serializer[Any]):
    quota = QuotaWords()


class TenantOutput(serializers.Serializer[Tenant]):
    """A tenant as a list shows it; needs `with_role_of` and the user in the context."""

    slug = serializers.CharField()
    title = serializers.CharField()
    namespace = serializers.CharField()
    role = serializers.SerializerMethodField()
    quota = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    sync_error = serializers.CharField()

    def get_role(self, tenant: Tenant) -> str | None:
        """Return the role of the user who asks."""
        return role_of_member(self.context["user"], tenant.member_role)

    @extend_schema_field(QuotaWords)
    def get_quota(self, tenant: Tenant) -> dict[str, str]:
        """Return the quota in words."""
        return written(quota_of(tenant))


class TenantDetailOutput(TenantOutput):
    used = serializers.SerializerMethodField()
    used_exactly = serializers.SerializerMethodField()

    @extend_schema_field(QuotaWords)
    def get_used(self, tenant: Tenant) -> dict[str, str]:
        """Return what is used of the quota, in words."""
        return written(used_by(tenant))

    def get_used_exactly(self, tenant: Tenant) -> dict[str, int]:
        """Return what is used in thousandths of a core, bytes and pieces."""
        return asdict(used_by(tenant))


class MemberInput(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=Role.choices, default=Role.VIEWER)


class RoleInput(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)


class MemberOutput(serializers.Serializer[Membership]):
    username = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user.get_full_name")
    role = serializers.ChoiceField(choices=Role.choices)
    since = serializers.DateTimeField(source="created_at")


class AuditOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    tenant = serializers.CharField(source="tenant_name")
    actor = serializers.CharField()
    action = serializers.CharField()
    object_kind = serializers.CharField()
    object_name = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()
    outcome = serializers.CharField()
    message = serializers.CharField()
