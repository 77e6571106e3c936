"""Whether the local API can be served, or is."""

import socket
from collections.abc import Iterator

import httpx

from agent.api.server import LOOPBACK
from agent.config import ApiTable
from agent.finding import Finding
from agent.status import FRESH_MS

PATIENCE_S = 2.0


def examine(api: ApiTable | None, *, is_running: bool) -> Iterator[Finding]:
    """Look who has its port; nothing without an API.

    Args:
        api: Where it is to be.
        is_running: What the agent of this configuration said a few seconds ago.
    """
    if api is None:
        return
    try:
        socket.create_server((LOOPBACK[0], api.port)).close()
    except OSError:
        yield _of_whoever_has_it(api.port, is_running=is_running).at("api")
    else:
        yield _of_free(api.port, is_running=is_running).at("api")


def _of_free(port: int, *, is_running: bool) -> Finding:
    if not is_running:
        return Finding(f"port {port} is free")
    return Finding(
        f"port {port} is free, the agent may have just stopped",
        f"Ask again in {FRESH_MS / 1000:.0f} s.",
    )


def _of_whoever_has_it(port: int, *, is_running: bool) -> Finding:
    try:
        answer = httpx.get(
            f"http://{LOOPBACK[0]}:{port}/healthz", timeout=PATIENCE_S, trust_env=False
        )
        is_agent = answer.json() == {"status": "ok"}
    except (httpx.HTTPError, ValueError):
        is_agent = False
    if is_agent and not is_running:
        return Finding(
            f"port {port} is served by another agent", "Choose another `port` under [api]."
        )
    if is_agent:
        return Finding(f"port {port} is served by the agent")
    return Finding(
        f"port {port} is used by another program",
        "End that program, or give `port` under [api] another number.",
    )
