"""The ASGI server, the only module that knows which one it is (docs/decisions.md says why)."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from console.realtime.consumer import MAX_FRAME

GRACE_SECONDS = 3


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()


def serve(listener: socket.socket, *, behind_proxy: bool, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; sockets and long answers get GRACE_SECONDS to end.

    `ready` is called once the services of console/runtime.py run and requests are answered.
    """
    config = uvicorn.Config(
        "console.asgi:application",
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=MAX_FRAME,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=behind_proxy,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    _Server(config, ready).run(sockets=[listener])
