"""Software on the PC that follows the agent's local API while it is measured."""

import json
import socket
import threading
from contextlib import closing, suppress
from pathlib import Path

import httpx

from agent.api.clients import Client, Clients, Role
from agent.clock import SystemClock
from agent.store import Store

SILENT_S = 60.0
"""The agent says something to whoever follows it much more often."""


def free_port() -> int:
    """A port of this PC that nobody listens at."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def enroll(store: Path) -> str:
    """The token of a client of the agent with this store."""
    with closing(Store(store)) as opened:
        return Clients(opened).enroll(Client("follower", Role.SOFTWARE, None), SystemClock())


class Follower:
    """Takes every result as an event, and keeps which they were."""

    def __init__(self, port: int, token: str) -> None:
        self._address = f"http://127.0.0.1:{port}/v1/events"
        self._headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": "0"}
        self._lock = threading.Lock()
        self._taken: list[str] = []

    def take(self) -> list[str]:
        """Ids of the results that came since this was asked last, each as often as it came."""
        with self._lock:
            taken, self._taken = self._taken, []
        return taken

    def start(self) -> None:
        """Listen in a thread of its own until the agent ends."""
        threading.Thread(target=self._follow, name="follower", daemon=True).start()

    def _follow(self) -> None:
        with (
            suppress(httpx.RemoteProtocolError),  # the agent was told to end
            httpx.stream("GET", self._address, headers=self._headers, timeout=SILENT_S) as answer,
        ):
            answer.raise_for_status()
            name = ""
            for line in answer.iter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data" and name == "result":
                    with self._lock:
                        self._taken.append(json.loads(value)["id"])
