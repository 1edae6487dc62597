"""Rows for tests; the personas of tests/conftest.py are made of these."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory, Password

from tenants.models import ApiToken, AuditEntry, Membership, Role, Tenant, User
from tenants.storage.models import Volume
from workloads.models import App, Job, Workload

PASSWORD = "correct-horse-battery"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        django_get_or_create = ["username"]

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@moonbase.test")
    password = Password(PASSWORD)

    class Params:
        operator = factory.Trait(is_staff=True, is_superuser=True)
        auditor = factory.Trait(is_auditor=True)


class TenantFactory(DjangoModelFactory[Tenant]):
    class Meta:
        model = Tenant
        django_get_or_create = ["slug"]

    slug = factory.Sequence(lambda n: f"tenant{n}")


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    tenant = factory.SubFactory(TenantFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.VIEWER


class ApiTokenFactory(DjangoModelFactory[ApiToken]):
    """A token whose secret nobody knows; `tests.conftest.api` issues real ones."""

    class Meta:
        model = ApiToken

    user = factory.SubFactory(UserFactory)
    digest = factory.Sequence(lambda n: ApiToken.digest_of(f"secret-{n}"))
    hint = factory.Sequence(lambda n: f"mb_{n:05}")
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))


class AuditEntryFactory(DjangoModelFactory[AuditEntry]):
    class Meta:
        model = AuditEntry

    tenant = factory.SubFactory(TenantFactory)
    tenant_name = factory.LazyAttribute(lambda entry: entry.tenant.slug if entry.tenant else "")
    actor = "alice"
    action = "app.create"
    object_kind = "app"
    object_name = factory.Sequence(lambda n: f"app{n}")


class VolumeFactory(DjangoModelFactory[Volume]):
    class Meta:
        model = Volume

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"volume{n}")
    created_by = "bob"


def _spec(workload: Any) -> dict[str, Any]:
    return {"name": workload.name, "image": workload.image}


class WorkloadFactory(DjangoModelFactory[Workload]):
    class Meta:
        abstract = True

    tenant = factory.SubFactory(TenantFactory)
    image = "moonbase/digits:1"
    spec = factory.LazyAttribute(_spec)
    created_by = "bob"


class AppFactory(WorkloadFactory):
    class Meta:
        model = App

    name = factory.Sequence(lambda n: f"app{n}")


class JobFactory(WorkloadFactory):
    class Meta:
        model = Job

    name = factory.Sequence(lambda n: f"job{n}")
