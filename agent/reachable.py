"""Whether what adapters need is there and can be used. Nobody is told a word and nothing is left.

An address gets a TCP connection, closed at once; a folder a file without a name.
"""

import socket
import tempfile
from datetime import datetime
from errno import errorcode
from pathlib import Path

import httpx
from cryptography.x509 import load_pem_x509_certificates

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


def try_folder(folder: Path, prefix: str = ".uketsuke-") -> Finding:
    """Write into a folder.

    Args:
        folder: Which other software may watch.
        prefix: Where a file needs a name for a moment (Windows): one that others leave alone.
    """
    try:
        with tempfile.TemporaryFile(prefix=prefix, dir=folder):
            return Finding(f"{folder} can be written")
    except FileNotFoundError:
        return Finding(
            f"{folder} is not there",
            "Mount the share or start the PC it lies on; or correct `folder`.",
        )
    except OSError as error:
        return Finding(
            f"{folder} cannot be written ({errorcode.get(error.errno or 0, 'OSError')})",
            "Let the agent's user write there, and look whether the disk is full.",
        )


def try_client_certificate(path: Path | None, now: datetime) -> list[Finding]:
    """Until when a server will know this agent; nothing where it shows no certificate.

    Args:
        path: PEM, leaf first, which was read before.
        now: With time zone.
    """
    if path is None:
        return []
    end = load_pem_x509_certificates(path.read_bytes())[0].not_valid_after_utc
    if end > now:
        return [Finding(f"client_certificate valid until {end.date()}")]
    return [
        Finding(
            f"client_certificate expired on {end.date()}",
            "Get a new one from whoever keeps the receiver.",
        )
    ]
