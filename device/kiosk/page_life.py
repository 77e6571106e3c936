"""Asks the screen's server whether a browser shows the page, and whether the page still moves."""

import http.client
import json
from dataclasses import dataclass
from pathlib import Path

from device.screen.access_token import read_token

_LONGEST_S = 1.0


@dataclass(frozen=True, slots=True)
class PageLife:
    """What the server knows of the browsers before it."""

    silent_s: float | None
    """Seconds since any page was last alive; None: there is none, or it has not drawn yet."""


@dataclass(frozen=True, slots=True)
class ScreenServer:
    """The server, as a kiosk on the same machine reaches it."""

    port: int
    """TCP port on 127.0.0.1."""
    token_file: Path
    """Read anew each time: a reader that starts on an empty folder makes another token."""

    def page_life(self) -> PageLife | None:
        """None: the server does not answer; the reader is being started."""
        token = read_token(self.token_file)
        return self._ask(token) if token else None

    def _ask(self, token: str) -> PageLife | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_LONGEST_S)
        try:
            headers = {"Authorization": f"Bearer {token}"}
            connection.request("GET", "/page-life", headers=headers)
            answer = connection.getresponse()
            if answer.status != http.HTTPStatus.OK:
                return None
            return PageLife(json.loads(answer.read())["silent_s"])
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return None
        finally:
            connection.close()
