"""A fault nobody foresaw is written down by its kind and ends one request, not the API.

The server would write the whole of it into its log, and a message of an exception may name a
patient.
"""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class FaultsTold:
    """Around the whole application, which has already answered by then.

    Args:
        app: What may fail.
        tell: Is told the class of the exception.
    """

    def __init__(self, app: ASGIApp, tell: Callable[[str], None]) -> None:
        self._app = app
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket."""
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - one bad request must not end the others
            self._tell(type(error).__name__)
