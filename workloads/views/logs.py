"""Logs as files: everything that the replicas of an App or Job wrote, and one pod's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import islice

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from console.cluster.protocol import LogLine
from console.errors import ConsoleError
from tenants.access import Permission, tenant_for
from tenants.models import Tenant
from workloads import queries
from workloads.views.asking import workload_for

BATCH = 500


@login_required
def workload_log(request: HttpRequest, tenant: str, kind: str, name: str) -> HttpResponseBase:
    """Download the log of all replicas, one after the other."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    workload = workload_for(request, team, kind, name)
    pods = [pod.name for pod in queries.pods_of(workload)]
    return _download(request, f"{name}.log", _all(team, pods))


@login_required
def pod_log(request: HttpRequest, tenant: str, pod: str) -> HttpResponseBase:
    """Show what one pod wrote; `previous=1` is the container before the last restart."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    queries.pod_in(team, pod)
    previous = request.GET.get("previous") == "1"
    lines = (_text(line) for line in queries.log_of(team, pod, previous=previous))
    return _download(request, f"{pod}.log", lines, inline=True)


def _all(team: Tenant, pods: list[str]) -> Iterator[str]:
    """Yield the lines of all pods; one that is gone meanwhile says so and the others go on."""
    for pod in pods:
        try:
            for line in queries.log_of(team, pod):
                yield _text(line, f"{pod} ")
        except ConsoleError as error:
            yield f"# {pod}: {error.message}\n"


def _text(line: LogLine, prefix: str = "") -> str:
    return f"{line.at.isoformat(timespec='milliseconds')} {prefix}{line.text}\n"


def _download(
    request: HttpRequest, filename: str, lines: Iterator[str], *, inline: bool = False
) -> StreamingHttpResponse:
    """Stream lines as they are read, so that a log of any size needs no memory."""
    body = _from_thread(lines) if isinstance(request, ASGIRequest) else lines
    response = StreamingHttpResponse(body, content_type="text/plain; charset=utf-8")
    how = "inline" if inline else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{filename}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def _from_thread(lines: Iterator[str]) -> AsyncIterator[str]:
    """Read in a thread what blocks, some hundred lines a time."""

    def batch() -> str:
        return "".join(islice(lines, BATCH))

    while text := await sync_to_async(batch, thread_sensitive=False)():
        yield text
