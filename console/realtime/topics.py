"""What a browser can subscribe to; apps register their topics in `AppConfig.ready`.

class Changes:
    name = "tenant.changes"

    def open(self, user, params):
        tenant = access.tenant_for(user, text_param(params, "tenant"))
        return Opened(tenant.channel)

topics.register(Changes())
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from console.errors import Invalid, NotFound
from console.realtime.channel import Emit, Source

__all__ = ["Emit", "Opened", "Params", "Source", "Topic", "find", "names", "register", "text_param"]

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """Where a subscription listens, how many past messages come first, and what feeds it."""

    channel: str
    history: int = 0
    source: Source | None = None


class Topic(Protocol):
    """One thing to subscribe to."""

    @property
    def name(self) -> str:
        """Return the name in the `topic` of a frame."""
        ...

    def open(self, user: Any, params: Params) -> Opened:
        """Check access and return where to listen; raises a ConsoleError to refuse.

        Runs in a thread, may use the database, and has no effects: it is called again every few
        seconds while the subscription lasts, and the subscription ends when it raises or when the
        channel is another one.
        """
        ...


_topics: dict[str, Topic] = {}


def register(topic: Topic) -> None:
    """Make a topic known; a name counts once."""
    _topics[topic.name] = topic


def find(name: str) -> Topic:
    """Return a topic by name. Raises NotFound."""
    topic = _topics.get(name)
    if topic is None:
        raise NotFound(f"There is no topic “{name[:60]}”.")
    return topic


def names() -> list[str]:
    """Return the names of all topics, sorted."""
    return sorted(_topics)


def text_param(params: Params, name: str, default: str | None = None) -> str:
    """Return a parameter that must be text; without a default it is required. Raises Invalid."""
    value = params.get(name, default)
    if not isinstance(value, str) or len(value) > 200 or (default is None and not value):
        raise Invalid(fields={name: ["Give a text of 1 to 200 characters."]})
    return value
