"""The socket topic of a workload's live log."""

from __future__ import annotations

from typing import Any

from console.realtime import topics
from console.realtime.topics import Opened, Params, text_param
from tenants import access
from workloads import queries
from workloads.follow import Follower, Subject


class WorkloadLog:
    """`workloads.log {tenant, kind, name, container?, previous?}`: the log of all replicas."""

    name = "workloads.log"

    def open(self, user: Any, params: Params) -> Opened:
        """Check access to the workload and return its channel with what feeds it."""
        tenant = access.tenant_for(user, text_param(params, "tenant"))
        kind = text_param(params, "kind")
        workload = queries.workload_for(user, tenant, kind, text_param(params, "name"))
        container = text_param(params, "container", "")
        previous = str(params.get("previous")) in {"True", "true", "1"}
        subject = Subject(tenant.namespace, kind, workload.name, container, previous)
        channel = f"log.{kind}.{workload.pk}.{container}.{'previous' if previous else ''}"
        return Opened(channel, history=1_000, source=Follower(subject).run)


def register() -> None:
    """Make the topic known."""
    topics.register(WorkloadLog())
