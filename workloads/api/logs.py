"""The REST API of logs: of a workload with all its replicas, and of one pod."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import chain, islice
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from console.cluster.protocol import LogLine
from console.errors import ConsoleError, Invalid, NotFound
from console.realtime.topics import Opened
from tenants import access
from tenants.models import User
from workloads import queries
from workloads.api.base import WorkloadView
from workloads.api.streams import Format, text_stream
from workloads.follow import HISTORY_LINES, Follower, Subject
from workloads.models import FINISHED, App, Job

_BATCH = 500
_PARAMETERS = [
    OpenApiParameter("tail", int, description="Only so many last lines, at most 10,000."),
    OpenApiParameter("container", str, description="Left out: the only one."),
    OpenApiParameter("previous", bool, description="The run before the last restart."),
    OpenApiParameter("follow", bool, description="Go on until the run ends or you leave."),
]
_text = extend_schema(
    parameters=_PARAMETERS, responses={(200, "text/plain"): OpenApiTypes.STR}, tags=["logs"]
)


class PlainText(BaseRenderer):
    """Says that these views can answer in plain text; they render it themselves."""

    media_type = "text/plain"
    format = "txt"

    def render(self, data: Any, *_: Any, **__: Any) -> bytes:
        """Return a problem as text, for a client that accepts nothing else."""
        return str(data.get("detail", "") if isinstance(data, dict) else data).encode()


class LogView(WorkloadView):
    """A view that answers in plain text; problems stay JSON."""

    renderer_classes = (JSONRenderer, PlainText)

    def flag(self, name: str) -> bool:
        """Return a parameter that is yes or no."""
        return self.request.query_params.get(name, "").lower() in {"1", "true", "yes"}

    @property
    def tail(self) -> int | None:
        """Return how many last lines are wanted; None for all."""
        text = self.request.query_params.get("tail", "")
        if text and not (
            text.isascii() and text.isdigit() and len(text) < 7 and int(text) <= queries.MAX_TAIL
        ):
            message = f"Write a whole number to {queries.MAX_TAIL:,}."
            raise Invalid(fields={"tail": [message]})
        return int(text) if text else None

    @property
    def container(self) -> str:
        """Return the container's name, or nothing for the only one."""
        return self.request.query_params.get("container", "")[:63]

    def stream(self, subject: Subject, channel: str, form: Format) -> HttpResponseBase:
        """Answer with a log that is followed, under the same checks as pages: again and again."""
        user_pk, slug = self.user.pk, self.tenant.slug

        def check() -> None:
            user = User.objects.filter(pk=user_pk, is_active=True).first()
            if user is None:
                raise NotFound("This account is gone.")
            access.tenant_for(user, slug)

        opened = Opened(channel, history=HISTORY_LINES, source=Follower(subject).run)
        return text_stream(self.request._request, opened, check, form)


class PodLogView(LogView):
    @_text
    def get(self, request: Request, tenant: str, name: str) -> HttpResponseBase:
        """Return what a pod wrote, as plain text."""
        pod = queries.pod_in(self.tenant, name)
        if self.flag("follow") and not self.flag("previous"):
            subject = Subject(
                self.tenant.namespace, pod.kind, pod.workload, self.container, pod=pod.name
            )
            channel = f"log.pod.{self.tenant.namespace}.{pod.name}.{self.container}"
            return self.stream(subject, channel, lambda line: f"{line['text']}\n")
        lines = queries.log_of(
            self.tenant,
            pod.name,
            container=self.container,
            previous=self.flag("previous"),
            tail=self.tail,
        )
        return _plain(request, lines)


class WorkloadLogView(LogView):
    """The log of all replicas or workers, merged by time."""

    def answer(self, workload: App | Job) -> HttpResponseBase:
        """Return the log as plain text; where there are several pods, each line names its own."""
        several = workload.pod_count > 1
        ended = isinstance(workload, Job) and workload.state in FINISHED
        if self.flag("follow") and not ended:
            namespace = self.tenant.namespace
            subject = Subject(namespace, workload.kind, workload.name, self.container)
            channel = f"log.{workload.kind}.{workload.pk}.{self.container}."
            return self.stream(subject, channel, _named if several else _bare)
        form = _named if several else _bare
        lines = self._lines(workload)
        text = "".join(form({"pod": pod, "text": line.text}) for _, pod, line in lines)
        response = HttpResponse(text, content_type="text/plain; charset=utf-8")
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def _lines(self, workload: App | Job) -> list[tuple[Any, str, LogLine]]:
        """Return the last lines of all pods by time; a pod without a log has none."""
        tail = self.tail if self.tail is not None else HISTORY_LINES
        found: list[tuple[Any, str, LogLine]] = []
        for pod in queries.pods_of(workload)[:50]:
            try:
                lines = queries.log_of(
                    self.tenant,
                    pod.name,
                    container=self.container,
                    previous=self.flag("previous"),
                    tail=tail,
                )
                found += [(line.at, pod.name, line) for line in lines]
            except NotFound:
                continue
        return sorted(found, key=lambda one: one[0])[-tail:] if tail else []


class AppLogView(WorkloadLogView):
    @_text
    def get(self, request: Request, tenant: str, name: str) -> HttpResponseBase:
        """Return what all replicas wrote, merged by time, as plain text."""
        return self.answer(queries.app_for(self.user, self.tenant, name))


class JobLogView(WorkloadLogView):
    @_text
    def get(self, request: Request, tenant: str, name: str) -> HttpResponseBase:
        """Return what all workers wrote, merged by time, as plain text."""
        return self.answer(queries.job_for(self.user, self.tenant, name))


def _bare(line: dict[str, str]) -> str:
    return f"{line['text']}\n"


def _named(line: dict[str, str]) -> str:
    return f"{line['pod']} {line['text']}\n"


def _plain(request: Request, lines: Iterator[LogLine]) -> StreamingHttpResponse:
    """Stream a log of any length; its first line is read now, so that errors are problems."""
    first = list(islice(lines, 1))
    texts = (f"{line.text}\n" for line in chain(first, lines))
    under_asgi = isinstance(request._request, ASGIRequest)
    body = _from_thread(texts) if under_asgi else _guarded(texts)
    response = StreamingHttpResponse(body, content_type="text/plain; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _guarded(texts: Iterator[str]) -> Iterator[str]:
    """Yield some hundred lines a time; a failure half way ends the text with a remark."""
    try:
        while text := "".join(islice(texts, _BATCH)):
            yield text
    except ConsoleError as error:
        yield f"# {error.message}\n"


async def _from_thread(texts: Iterator[str]) -> AsyncIterator[str]:
    """Read in a thread what blocks."""
    batches = _guarded(texts)

    def batch() -> str:
        return next(batches, "")

    while text := await sync_to_async(batch, thread_sensitive=False)():
        yield text
