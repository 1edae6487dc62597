"""What pages and API read of volumes."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from console.errors import NotFound
from tenants.models import Tenant
from tenants.storage.models import Volume


def volumes_of(user: Any, tenant: Tenant) -> QuerySet[Volume]:
    """Return the volumes of a tenant that the user may know of."""
    return Volume.objects.visible_to(user).filter(tenant=tenant).select_related("tenant")


def volume_for(user: Any, tenant: Tenant, name: str) -> Volume:
    """Return a volume by name. Raises NotFound."""
    volume = volumes_of(user, tenant).filter(name=name).first()
    if volume is None:
        raise NotFound(f"There is no volume “{name[:40]}” in “{tenant}”.")
    return volume
