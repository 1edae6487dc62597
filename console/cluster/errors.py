"""What can go wrong at a cluster, whichever one is behind the URL."""

from __future__ import annotations

from console import errors


class ClusterError(errors.ConsoleError):
    """Base of everything a `Cluster` raises."""


class Unavailable(ClusterError, errors.Unavailable):
    """The cluster does not answer, or not in time."""


class NotFound(ClusterError, errors.NotFound):
    """No such object."""


class Refused(ClusterError, errors.Refused):
    """The cluster's own access control said no."""


class Conflict(ClusterError, errors.Conflict):
    """Another writer changed the object since it was read, or it exists already."""


class Invalid(ClusterError, errors.Invalid):
    """The cluster does not accept the manifest."""


class Expired(ClusterError):
    """The resource version is older than the watch history; list again (HTTP 410)."""

    code = "expired"
    status = 410
    title = "Too old a version"
