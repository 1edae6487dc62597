"""How actions and watchers tell browsers that something changed.

A channel is a name such as `tenant.7`; only whoever may see the tenant is subscribed to it. The
message is a fact with ids, never content: pages fetch the HTML from their own view.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from console.realtime.hub import hub


def publish(channel: str, event: str, data: dict[str, Any]) -> None:
    """Send a fact to the subscribers of a channel, from any thread, without waiting for them."""
    hub.publish(channel, event, data)


def publish_on_commit(channel: str, event: str, data: dict[str, Any]) -> None:
    """Send a fact once the current transaction has been committed."""
    transaction.on_commit(partial(publish, channel, event, data))
