"""Bounded, sequenced fan-out inside one process."""

from typing import Any


class Hub:
    def publish(self, channel: str, event: str, data: dict[str, Any]) -> None:
        """Send a message to the subscribers of a channel."""


hub = Hub()
