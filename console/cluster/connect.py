"""Chooses the cluster by CONSOLE_CLUSTER_URL; the only place that does.

cluster().apply(manifest, actor=actor)
use(fake)      # in tests, and use(None) afterwards
"""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from console.cluster.protocol import Cluster

_cluster: Cluster | None = None
_lock = threading.RLock()


def cluster() -> Cluster:
    """Return the cluster of this process, made at the first call."""
    global _cluster  # noqa: PLW0603 - one a process
    with _lock:
        if _cluster is None:
            _cluster = _make(settings.CLUSTER_URL)
        return _cluster


def use(replacement: Cluster | None) -> None:
    """Let this process use another cluster; None goes back to the one of the settings."""
    global _cluster  # noqa: PLW0603
    with _lock:
        _cluster = replacement


def _make(url: str) -> Cluster:
    scheme = urlsplit(url).scheme
    if scheme == "local":
        # Imported here: a console on Kubernetes needs nothing of the embedded cluster.
        from console.cluster.local.cluster import LocalCluster  # noqa: PLC0415

        return LocalCluster(
            settings.DATA_DIR / "cluster",
            images=settings.BASE_DIR / "examples",
            volumes=settings.DATA_DIR / "volumes",
        )
    raise ImproperlyConfigured(f"CONSOLE_CLUSTER_URL does not name a known cluster: {scheme}:")


def start() -> None:
    """Make the cluster now, so that no page waits for it; a service of console/runtime.py."""
    cluster()


def stop() -> None:
    """Close the cluster, which ends watches and, embedded, its containers."""
    global _cluster
    with _lock:
        closing, _cluster = _cluster, None
    if closing is not None:
        closing.close()
