"""The local API's server, in a thread of its own, on this PC only."""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from agent.api.app import application
from agent.api.clients import Clients
from agent.api.connections import BoundedConnection
from agent.api.faults import FaultsTold
from agent.api.guard import Guard
from agent.api.parts import Parts
from agent.errors import ConfigError

LOOPBACK = ("127.0.0.1", "localhost")
MOST_MESSAGE_BYTES = 1024
"""A page only listens."""


def hosts_at(port: int) -> frozenset[str]:
    """Under which names the server is reached."""
    return frozenset(f"{name}:{port}" for name in LOOPBACK)


def open_port(port: int) -> socket.socket:
    """The port of the API; 0 lets the operating system choose.

    Raises:
        ConfigError: It is taken.
    """
    try:
        return socket.create_server((LOOPBACK[0], port))
    except OSError as error:
        raise ConfigError(
            f"[api] port: {port} cannot be opened ({error.strerror}); is the agent running already,"
            " or does another program use it?"
        ) from error


class Server:
    """Serves from `start` until `stop`.

    Args:
        listening: Of `open_port`; closed with the server.
        parts: What stands behind the operations.
        clients: For the pages that may speak.
        tell: Is told the class of an exception that nobody foresaw.
    """

    def __init__(
        self, listening: socket.socket, parts: Parts, clients: Clients, tell: Callable[[str], None]
    ) -> None:
        self._socket = listening
        self._parts = parts
        self._clients = clients
        self._tell = tell
        hosts = hosts_at(listening.getsockname()[1])
        app = FaultsTold(Guard(application(parts), hosts, self._has_origin), tell)
        self._loop = asyncio.new_event_loop()
        self._server = uvicorn.Server(_config(app))
        self._thread = threading.Thread(target=self._serve, name="api", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Something happened that followers may be told; from any thread."""
        # A closed loop means that nobody follows any more.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._parts.feed.wake)

    def stop(self) -> None:
        """Let everybody go and end."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._parts.feed.close)
        self._server.should_exit = True
        self._thread.join()
        self._parts.in_turn.close()

    def _serve(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._server.serve(sockets=[self._socket]))
        finally:
            if not self._server.should_exit:
                self._tell("its server ended")

    async def _has_origin(self, origin: str) -> bool:
        return origin in await self._parts.in_turn.do(self._clients.origins)


def _config(app: ASGIApp) -> uvicorn.Config:
    # Below this level the loggers would write whole messages, which name patients.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi", "websockets.server", "sse_starlette"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return uvicorn.Config(
        app,
        http=BoundedConnection,
        access_log=False,
        lifespan="off",
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=1,
        ws="websockets-sansio",
        ws_max_size=MOST_MESSAGE_BYTES,
        # On one PC it saves nothing and costs memory for each of them.
        ws_per_message_deflate=False,
    )
