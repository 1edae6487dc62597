"""Everything a user can do to volumes.

Who mounts a volume is known to the apps above; each adds a function to `mount_checks` in its
`AppConfig.ready`. It returns a phrase per user of the volume: "App “digits”". For lists, where a
query a row would be too many, `mount_lists` does the same for a whole tenant, by volume name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction

from console.errors import Conflict, Invalid, QuotaExceeded
from console.quantities import show_memory
from console.realtime.publish import publish_on_commit
from console.web.events import Event
from tenants import access, audit
from tenants.access import Permission
from tenants.models import Tenant, User
from tenants.namespaces import MOST_VOLUMES
from tenants.storage import sync
from tenants.storage.models import DEFAULT_SIZE, Volume
from tenants.sync import is_leaving, leave

mount_checks: list[Callable[[Volume], list[str]]] = []
mount_lists: list[Callable[[Tenant], Mapping[str, list[str]]]] = []


def mounted_by(volume: Volume) -> list[str]:
    """Return who mounts a volume, one phrase each."""
    return [phrase for check in mount_checks for phrase in check(volume)]


def mounts_in(tenant: Tenant) -> dict[str, list[str]]:
    """Return who mounts each volume of a tenant, by the volume's name."""
    found: dict[str, list[str]] = {}
    for mounts_of in mount_lists:
        for name, phrases in mounts_of(tenant).items():
            found.setdefault(name, []).extend(phrases)
    return found


def create_volume(
    *, user: User, tenant: Tenant, name: str, size_bytes: int = DEFAULT_SIZE
) -> Volume:
    """Create a volume. Raises Invalid (name, size), QuotaExceeded, Conflict (name not free yet)."""
    with audit.attempt(user, "volume.create", tenant=tenant, kind="volume", name=name) as entry:
        access.require(user, tenant, Permission.OPERATE)
        volume = Volume(tenant=tenant, name=name, size_bytes=size_bytes, created_by=user.username)
        _validate(volume)
        _check_quota(volume)
        if is_leaving(sync.ref_of(volume)):
            raise Conflict(
                f"A former volume “{name}” is still being removed.",
                hint="Try again in a moment, or take another name.",
            )
        volume.save()
        entry.after = {"size": show_memory(size_bytes)}
        publish_on_commit(tenant.channel, Event.VOLUMES_CHANGED, {})
        transaction.on_commit(partial(sync.push_volume, volume.pk))
    return volume


def delete_volume(*, user: User, volume: Volume) -> None:
    """Delete a volume with its files. Raises Conflict, naming them, while Apps or Jobs mount it."""
    tenant = volume.tenant
    with audit.attempt(
        user, "volume.delete", tenant=tenant, kind="volume", name=volume.name
    ) as entry:
        access.require(user, tenant, Permission.OPERATE)
        users = mounted_by(volume)
        if users:
            raise Conflict(
                f"“{volume.name}” is mounted by {', '.join(users[:5])}"
                + (f" and {len(users) - 5} more." if len(users) > 5 else "."),
                hint="Delete these, or take the mount out of them, first.",
            )
        entry.before = {"size": show_memory(volume.size_bytes)}
        leave(sync.ref_of(volume))
        Volume.objects.filter(pk=volume.pk).delete()
        publish_on_commit(tenant.channel, Event.VOLUMES_CHANGED, {})


def _validate(volume: Volume) -> None:
    if volume.size_bytes <= 0:
        raise Invalid(fields={"size": ["A volume has at least one byte."]})
    try:
        volume.full_clean(exclude=["tenant", "created_by"], validate_constraints=False)
    except ValidationError as error:
        raise Invalid(fields=error.message_dict) from error
    if Volume.objects.filter(tenant=volume.tenant, name=volume.name).exists():
        message = f"There is a volume “{volume.name}” already."
        raise Invalid(fields={"name": [message]})


def _check_quota(volume: Volume) -> None:
    """Raise QuotaExceeded with the exact shortfall."""
    tenant = Tenant.objects.select_for_update().get(pk=volume.tenant_id)
    if Volume.objects.filter(tenant=tenant).count() >= MOST_VOLUMES:
        raise QuotaExceeded(f"“{tenant}” has {MOST_VOLUMES} volumes, as many as a tenant may have.")
    used = sync.quota_used(tenant).storage_bytes
    short = used + volume.size_bytes - tenant.storage_bytes
    if short > 0:
        raise QuotaExceeded(
            f"The volume needs {show_memory(volume.size_bytes)}; "
            f"{show_memory(max(0, tenant.storage_bytes - used))} of "
            f"{show_memory(tenant.storage_bytes)} are left, {show_memory(short)} too little.",
            hint="Ask for a smaller one, delete one, or ask an operator for a larger quota.",
        )
