"""Whether somebody listens at an address. No word is said: a TCP connection, closed at once."""

import socket
from errno import errorcode

import httpx

from agent.finding import Finding

LONGEST_WAIT_S = 3.0
"""For a name and for a connection, each."""
PORTS = {"http": 80, "https": 443}


def try_address(url: httpx.URL) -> Finding:
    """Connect to the host of an address that `agent.web_address` has read."""
    host, port = url.host, url.port or PORTS[url.scheme]
    try:
        socket.create_connection((host, port), LONGEST_WAIT_S).close()
    except socket.gaierror:
        return Finding(
            f"nobody knows the name {host}",
            "Correct the url, or ask whoever keeps the network for its name server.",
        )
    except OSError as error:
        why = errorcode.get(error.errno or 0) or "no answer in time"
        return Finding(
            f"nobody answers at {host}, port {port} ({why})",
            "Start the service there, or correct the url; a firewall may be between.",
        )
    return Finding(f"{host}, port {port}, answers")
