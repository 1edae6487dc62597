"""What one socket is subscribed to, and whether its user still may be.

Everything here runs in worker threads; the consumer only moves frames.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

import msgspec
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.utils.crypto import constant_time_compare

from console.errors import Conflict, ConsoleError, Invalid, Refused, Unavailable
from console.realtime import topics
from console.realtime.hub import Hub, encode, error_data, hub
from console.realtime.mailbox import Mailbox

log = logging.getLogger(__name__)

MAX_SUBSCRIPTIONS = 50
MAX_ID = 64


class Frame(msgspec.Struct, forbid_unknown_fields=True):
    """What a browser sends."""

    op: Literal["subscribe", "unsubscribe", "ping"]
    id: str = ""
    topic: str = ""
    params: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Open:
    """One running subscription, with what is needed to check it again."""

    topic: topics.Topic
    params: Mapping[str, Any]
    channel: str
    leave: Callable[[], None]


class Connection:
    """The subscriptions of one signed-in socket, at most MAX_SUBSCRIPTIONS."""

    def __init__(self, user: Any, session_key: str, mailbox: Mailbox, *, using: Hub = hub) -> None:
        self._user = user
        self._session_key = session_key
        self._mailbox = mailbox
        self._hub = using
        self._open: dict[str, Open] = {}
        self._closed = False
        self._lock = threading.Lock()

    def handle(self, text: str) -> str | None:
        """Carry out a frame and return the answer to it, if there is one."""
        frame_id = ""
        try:
            frame = msgspec.json.decode(text, type=Frame)
            frame_id = frame.id[:MAX_ID]
            return self._carry_out(frame)
        except msgspec.MsgspecError:
            return _error(frame_id, Invalid("This frame is not one that the console understands."))
        except ConsoleError as error:
            return _error(frame_id, error)
        except Exception:
            log.exception("a frame of a socket failed")
            return _error(frame_id, ConsoleError("The console could not do this; try again."))

    def _carry_out(self, frame: Frame) -> str | None:
        if frame.op == "ping":
            return _answer(frame.id[:MAX_ID], "pong", {})
        if not 1 <= len(frame.id) <= MAX_ID:
            raise Invalid(f"A subscription needs an id of 1 to {MAX_ID} characters.")
        self._end(frame.id)
        return self._subscribe(frame) if frame.op == "subscribe" else None

    def _subscribe(self, frame: Frame) -> str | None:
        if len(self._open) >= MAX_SUBSCRIPTIONS:
            raise Refused(f"One socket may hold {MAX_SUBSCRIPTIONS} subscriptions at a time.")
        topic = topics.find(frame.topic)
        opened = topic.open(self._user, frame.params)
        with self._lock:
            if self._closed:
                return None
            leave = self._hub.subscribe(
                opened.channel,
                self._mailbox,
                frame.id,
                history=opened.history,
                source=opened.source,
            )
            self._open[frame.id] = Open(topic, frame.params, opened.channel, leave)
        # Asked after joining: what was published meanwhile is in the queue or told here.
        return _answer(frame.id, "subscribed", {"heard": self._hub.heard(opened.channel)})

    def _end(self, subscription_id: str) -> None:
        with self._lock:
            found = self._open.pop(subscription_id, None)
        if found is not None:
            found.leave()

    def recheck(self) -> list[str] | None:
        """End what the user may no longer see and return the frames that say so.

        None means that the user may not have a socket at all any more.
        """
        user = self._current_user()
        if user is None:
            return None
        self._user = user
        return [
            _error(subscription_id, error)
            for subscription_id, found in list(self._open.items())
            if (error := self._refusal(subscription_id, found)) is not None
        ]

    def _refusal(self, subscription_id: str, found: Open) -> ConsoleError | None:
        try:
            if found.topic.open(self._user, found.params).channel == found.channel:
                return None
            error: ConsoleError = Conflict("What this showed was replaced by another of its name.")
        except Unavailable:
            return None  # A backend that is away says nothing about access.
        except ConsoleError as refusal:
            error = refusal
        self._end(subscription_id)
        return error

    def _current_user(self) -> Any:
        """Return the user while the session stands: not ended, disabled or of an old password."""
        store = import_module(settings.SESSION_ENGINE).SessionStore(self._session_key)
        user = get_user_model().objects.filter(pk=self._user.pk, is_active=True).first()
        if user is None or str(store.get(SESSION_KEY)) != str(user.pk):
            return None
        same = constant_time_compare(store.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        return user if same else None

    def close(self) -> None:
        """End all subscriptions."""
        with self._lock:
            self._closed = True
        for subscription_id in list(self._open):
            self._end(subscription_id)


def _answer(frame_id: str, event: str, data: Any) -> str:
    return f'{{"id":{msgspec.json.encode(frame_id).decode()},{encode(event, data)}'


def _error(frame_id: str, error: ConsoleError) -> str:
    return _answer(frame_id, "error", error_data(error))
