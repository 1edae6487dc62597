"""The ASGI application: pages and API, the one socket, and what runs beside them."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
pages = get_asgi_application()

# The apps are loaded from here on.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from channels.security.websocket import OriginValidator, WebsocketDenier  # noqa: E402
from django.conf import settings  # noqa: E402

from console import runtime  # noqa: E402
from console.realtime.consumer import SocketConsumer  # noqa: E402

log = logging.getLogger(__name__)
SOCKET_PATH = "/ws/"


async def sockets(scope: Any, receive: Any, send: Any) -> None:
    """Serve the one socket; any other address is refused before it is accepted."""
    known = scope["path"] == SOCKET_PATH
    await (SocketConsumer if known else WebsocketDenier).as_asgi()(scope, receive, send)


signed_in = AuthMiddlewareStack(sockets)


async def from_our_pages(scope: Any, receive: Any, send: Any) -> None:
    """Refuse sockets that pages of other hosts open; the hosts are those of the settings now."""
    await OriginValidator(signed_in, settings.ALLOWED_HOSTS)(scope, receive, send)


async def lifespan(_scope: Any, receive: Any, send: Any) -> None:
    """Start what runs beside requests when the server starts, and stop it with the server."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await asyncio.to_thread(runtime.stop)
            await send({"type": "lifespan.shutdown.complete"})
            return
        try:
            await asyncio.to_thread(runtime.start)
        except Exception as error:
            log.exception("the console can not start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})


application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": from_our_pages,
        "lifespan": lifespan,
    }
)
