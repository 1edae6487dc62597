"""What pages and API read of tenants."""

from __future__ import annotations

from django.db.models import QuerySet

from tenants.models import Membership, Tenant


def members_of(tenant: Tenant) -> QuerySet[Membership]:
    """Return the members with their users."""
    return Membership.objects.filter(tenant=tenant).select_related("user")
