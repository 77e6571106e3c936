"""Whether the local API can be served, or is."""

import socket
from collections.abc import Iterator

import httpx

from agent.api.server import LOOPBACK
from agent.config import ApiTable
from agent.finding import Finding

PATIENCE_S = 2.0


def examine(api: ApiTable | None) -> Iterator[Finding]:
    """Look who has its port; nothing without an API."""
    if api is None:
        return
    try:
        socket.create_server((LOOPBACK[0], api.port)).close()
    except OSError:
        yield _of_whoever_has_it(api.port).at("api")
    else:
        yield Finding(f"port {api.port} is free").at("api")


def _of_whoever_has_it(port: int) -> Finding:
    try:
        answer = httpx.get(
            f"http://{LOOPBACK[0]}:{port}/healthz", timeout=PATIENCE_S, trust_env=False
        )
        is_agent = answer.json() == {"status": "ok"}
    except (httpx.HTTPError, ValueError):
        is_agent = False
    if is_agent:
        return Finding(f"port {port} is served by the agent")
    return Finding(
        f"port {port} is used by another program",
        "End that program, or give `port` under [api] another number.",
    )
