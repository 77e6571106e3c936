"""Asks the screen's server whether a browser shows the page, and whether the page still moves."""

import http.client
import json
from dataclasses import dataclass, field

_LONGEST_S = 1.0


@dataclass(frozen=True, slots=True)
class PageLife:
    """What the server knows of the browsers before it."""

    silent_s: float | None
    """Seconds since any page was last heard; None: there is none."""


@dataclass(frozen=True, slots=True)
class ScreenServer:
    """The server, as a kiosk on the same machine reaches it."""

    port: int
    """TCP port on 127.0.0.1."""
    token: str = field(repr=False)

    def page_life(self) -> PageLife | None:
        """None: the server does not answer; the reader is being started."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_LONGEST_S)
        try:
            headers = {"Authorization": f"Bearer {self.token}"}
            connection.request("GET", "/page-life", headers=headers)
            answer = connection.getresponse()
            if answer.status != http.HTTPStatus.OK:
                return None
            return PageLife(json.loads(answer.read())["silent_s"])
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return None
        finally:
            connection.close()
