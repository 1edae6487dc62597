"""A browser's socket, in tests: speaks ASGI to the whole application.

Channels' own communicator can't be imported without daphne, which nothing else here needs.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client

from tenants.models import User

Frame = dict[str, Any]
PATIENCE = 5
_communicator: Any = ApplicationCommunicator


class Socket:
    """One connection to `/ws/`; `open` says whether it was accepted."""

    def __init__(self, headers: list[tuple[bytes, bytes]], path: str = "/ws/") -> None:
        from console.asgi import application

        scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }
        self.asgi: Any = _communicator(application, scope)
        self.heard: dict[str, int] = {}

    async def open(self) -> bool:
        """Ask to connect and return whether the console accepted."""
        await self.asgi.send_input({"type": "websocket.connect"})
        return bool((await self.asgi.receive_output(PATIENCE))["type"] == "websocket.accept")

    async def send(self, frame: Any) -> None:
        """Send a frame as JSON."""
        await self.asgi.send_input({"type": "websocket.receive", "text": json.dumps(frame)})

    async def receive(self) -> Frame:
        """Return the next frame; that a subscription stands is noted in `heard` and passed over."""
        message = await self.asgi.receive_output(PATIENCE)
        assert message["type"] == "websocket.send", message
        frame: Frame = json.loads(message["text"])
        if frame["event"] != "subscribed":
            return frame
        self.heard[frame["id"]] = frame["data"]["heard"]
        return await self.receive()

    async def subscribe(self, subscription_id: str, topic: str, **params: Any) -> None:
        """Subscribe; what comes first, a message or an error, is left to `receive`."""
        await self.send(
            {"op": "subscribe", "id": subscription_id, "topic": topic, "params": params}
        )

    async def settle(self) -> None:
        """Return once the console has carried out all frames sent before."""
        await self.send({"op": "ping", "id": "settle"})
        assert (await self.receive())["event"] == "pong"

    async def closed(self) -> int:
        """Return the code with which the console closed the socket."""
        message = await self.asgi.receive_output(PATIENCE)
        assert message["type"] == "websocket.close", message
        return int(message["code"])

    async def nothing(self, seconds: float = 0.05) -> bool:
        """Return whether nothing arrives for a while."""
        return bool(await self.asgi.receive_nothing(seconds))

    async def close(self) -> None:
        """Leave, as a closed tab does."""
        await self.asgi.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.asgi.wait(PATIENCE)


def headers_of(user: User | None, origin: str | None = "http://testserver") -> Any:
    """Return the headers of a browser in which this user is signed in."""
    headers = [(b"host", b"testserver")]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if user is not None:
        client = Client()
        client.force_login(user)
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"
        headers.append((b"cookie", cookie.encode()))
    return headers


@asynccontextmanager
async def connected(user: User) -> AsyncIterator[Socket]:
    """Give an accepted socket of a user, and close it."""
    socket = Socket(await sync_to_async(headers_of)(user))
    assert await socket.open()
    try:
        yield socket
    finally:
        await socket.close()
