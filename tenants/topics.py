"""The socket topic by which pages learn that something of their tenant changed."""

from __future__ import annotations

from typing import Any

from console.realtime import topics
from console.realtime.topics import Opened, Params, text_param
from tenants import access


class TenantChanges:
    """`tenant.changes {tenant}`: the facts of a tenant, for whoever may see it."""

    name = "tenant.changes"

    def open(self, user: Any, params: Params) -> Opened:
        """Check access and return the tenant's channel."""
        return Opened(access.tenant_for(user, text_param(params, "tenant")).channel)


def register() -> None:
    """Make the topic known."""
    topics.register(TenantChanges())
