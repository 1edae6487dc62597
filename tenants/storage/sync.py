"""Makes the cluster agree with the volumes; failure is kept on the row and tried again."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet, Sum

from console import runtime
from console.cluster.protocol import Ref
from tenants.models import Tenant
from tenants.quota import NOTHING, Quota
from tenants.storage.claims import claim
from tenants.storage.models import Volume
from tenants.sync import Reconciler, apply_all


def ref_of(volume: Volume) -> Ref:
    """Return the address of a volume's claim."""
    return Ref("PersistentVolumeClaim", volume.claim_name, volume.tenant.namespace)


def push_volume(pk: int) -> None:
    """Apply a volume's claim."""
    volume = Volume.objects.select_related("tenant").filter(pk=pk).first()
    if volume is None:
        return
    manifest = claim(
        slug=volume.tenant.slug,
        namespace=volume.tenant.namespace,
        name=volume.name,
        claim_name=volume.claim_name,
        size_bytes=volume.size_bytes,
    )
    error = apply_all([manifest])
    if error != volume.sync_error:
        Volume.objects.filter(pk=pk).update(sync_error=error)


def push_all() -> None:
    """Apply every volume, as at start."""
    _push(Volume.objects.all())


def mend() -> None:
    """Try again what failed."""
    _push(Volume.objects.exclude(sync_error=""))


def quota_used(tenant: Tenant) -> Quota:
    """Return what the volumes of a tenant take of its quota."""
    size = Volume.objects.filter(tenant=tenant).aggregate(sum=Sum("size_bytes"))["sum"]
    return replace(NOTHING, storage_bytes=size or 0)


def register() -> None:
    """Add the reconciler to what a serving process runs."""
    reconciler = Reconciler("volumes", push_all, mend)
    runtime.register(runtime.Service("volumes", reconciler.start, reconciler.stop))


def _push(volumes: QuerySet[Volume]) -> None:
    for pk in volumes.values_list("pk", flat=True):
        push_volume(pk)
