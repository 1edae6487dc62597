"""Names of events that the server sends to pages, declared once.

Facts are past-tense and carry ids, never content; panels listen to them with
`hx-trigger="workload-changed from:body throttle:500ms"`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, TypeVar

from django.http.response import HttpResponseBase
from django_htmx.http import trigger_client_event

Level = Literal["success", "info", "warning", "error"]
Response = TypeVar("Response", bound=HttpResponseBase)


class Event(StrEnum):
    """What can happen; the socket and HX-Trigger use the same words."""

    WORKLOAD_CHANGED = "workload-changed"
    WORKLOAD_GONE = "workload-gone"
    MEMBERS_CHANGED = "members-changed"
    VOLUMES_CHANGED = "volumes-changed"
    # Only in HX-Trigger: something to say in a toast, and a request that failed.
    MESSAGE_SENT = "message-sent"
    ACTION_FAILED = "action-failed"


def announce(response: Response, event: Event, **data: object) -> Response:
    """Make the browser dispatch an event when it has received this response."""
    return trigger_client_event(response, event.value, data)


def say(response: Response, text: str, level: Level = "success") -> Response:
    """Make the browser show a toast when it has received this response."""
    return announce(response, Event.MESSAGE_SENT, text=text, level=level)
