"""The server under worlds that speak HTTP by the standard library alone, to be able to break it."""

import ssl
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket


class WorldServer(ThreadingHTTPServer):
    """On 127.0.0.1, on a port the system chooses, one thread a connection.

    Args:
        handler: Speaks with one client.
        tls: Its certificate, and whom it wants to see; None: plain HTTP.
        connected: Told of each connection.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        handler: type[BaseHTTPRequestHandler],
        tls: ssl.SSLContext | None,
        connected: Callable[[], None],
    ) -> None:
        self._tls = tls
        self._connected = connected
        super().__init__(("127.0.0.1", 0), handler)

    def get_request(self) -> tuple[socket, object]:
        connection, address = super().get_request()
        self._connected()
        if self._tls is not None:
            # The handshake belongs into the connection's own thread: it may hang or fail.
            connection = self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever goes away early is no fault of the world."""
