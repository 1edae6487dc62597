"""Makes the cluster agree with the tenants: after commit, at start, and again until it is done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict

from django.db import close_old_connections, transaction

from console import runtime
from console.cluster.connect import cluster
from console.cluster.errors import NotFound as ObjectNotFound
from console.cluster.objects import Manifest
from console.cluster.protocol import CONSOLE, Ref
from console.errors import ConsoleError, trimmed
from tenants import namespaces
from tenants.models import Leftover, Tenant
from tenants.quota import quota_of

log = logging.getLogger(__name__)

AGAIN_AFTER = 5.0


def manifests_of(tenant: Tenant) -> list[Manifest]:
    """Return everything that a tenant is on the cluster, the Namespace first."""
    slug, name = tenant.slug, tenant.namespace
    return [
        namespaces.namespace(slug=slug, name=name, title=tenant.title),
        namespaces.resource_quota(slug=slug, name=name, **asdict(quota_of(tenant))),
        namespaces.limit_range(slug=slug, name=name),
    ]


def push_tenant(pk: int) -> None:
    """Apply a tenant's Namespace; a failure is kept on the row and tried again."""
    tenant = Tenant.objects.filter(pk=pk).first()
    if tenant is None:
        return
    error = apply_all(manifests_of(tenant))
    if error != tenant.sync_error:
        Tenant.objects.filter(pk=pk).update(sync_error=error)


def apply_all(manifests: Iterable[Manifest]) -> str:
    """Apply manifests as the console itself; return why it failed, or nothing."""
    try:
        for manifest in manifests:
            cluster().apply(manifest, actor=CONSOLE)
    except ConsoleError as error:
        log.warning("could not apply: %s", error.message)
        return trimmed(error.message, 300)
    return ""


def leave(ref: Ref) -> None:
    """Have an object removed once the transaction that removes its row is committed."""
    leftover, _ = Leftover.objects.get_or_create(
        kind=ref.kind, namespace=ref.namespace, name=ref.name
    )
    transaction.on_commit(lambda: remove_leftover(leftover))


def is_leaving(ref: Ref) -> bool:
    """Return whether a former object of that address is still being removed."""
    return Leftover.objects.filter(kind=ref.kind, namespace=ref.namespace, name=ref.name).exists()


def remove_leftover(leftover: Leftover) -> None:
    """Ask for an object's deletion; forget it when it has gone, else it is asked for again."""
    ref = Ref(leftover.kind, leftover.name, leftover.namespace)
    try:
        cluster().delete(ref, actor=CONSOLE)
        cluster().get(ref)
    except ObjectNotFound:
        leftover.delete()
    except ConsoleError as error:
        log.warning("could not remove %s: %s", ref, error.message)


def push_all() -> None:
    """Apply every tenant, as at start: the cluster may be new or may have been changed."""
    for pk in Tenant.objects.values_list("pk", flat=True):
        push_tenant(pk)


def mend() -> None:
    """Try again what failed."""
    for leftover in Leftover.objects.all():
        remove_leftover(leftover)
    for pk in Tenant.objects.exclude(sync_error="").values_list("pk", flat=True):
        push_tenant(pk)


class Reconciler:
    """A thread that runs `first` once, then `again` every few seconds, whatever they raise."""

    def __init__(self, name: str, first: Callable[[], None], again: Callable[[], None]) -> None:
        self._name, self._first, self._again = name, first, again
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        self._ended.clear()
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the step that runs."""
        self._ended.set()
        if self._thread:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        step = self._first
        while not self._ended.is_set():
            try:
                close_old_connections()
                step()
                step = self._again
            except Exception:
                log.exception("%s failed", self._name)
            self._ended.wait(AGAIN_AFTER)
        close_old_connections()


def register() -> None:
    """Add the reconciler to what a serving process runs."""
    reconciler = Reconciler("tenants", push_all, mend)
    runtime.register(runtime.Service("tenants", reconciler.start, reconciler.stop))
