"""What a load balancer and an operator ask: is the process up, and does each backend answer."""

from __future__ import annotations

from dataclasses import asdict

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from console import backends
from console.cluster.cache import OVERDUE_SECONDS, cache
from console.cluster.connect import cluster
from console.cluster.errors import Unavailable


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer that the process runs; asks nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer the state and latency of each backend by name; 503 when one is not up."""
    healths = backends.ask_all()
    ready = backends.all_up(healths)
    document = {"ready": ready, "backends": [asdict(health) for health in healths]}
    return JsonResponse(document, status=200 if ready else 503)


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Send browsers that guess this address to the icon."""
    response = HttpResponse(status=302, headers={"Location": static("console/moonbase.svg")})
    response["Cache-Control"] = "public, max-age=3600"
    return response


def ask_database() -> None:
    """Raise when the database does not answer a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


def ask_cluster() -> None:
    """Raise when the cluster does not answer."""
    cluster().list("Node")


def ask_cache() -> None:
    """Raise when the cluster cache has not been filled yet, or lost touch."""
    if not cache().synced() or cache().staleness() > OVERDUE_SECONDS:
        raise Unavailable("The cluster cache is not up to date.")


def register() -> None:
    """Register the backends of the foundation; apps add their own."""
    backends.register(backends.Backend("database", ask_database))
    backends.register(backends.Backend("cluster", ask_cluster))
    backends.register(backends.Backend("cluster-cache", ask_cache))
