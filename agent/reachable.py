"""Whether what adapters need is there and can be used. Nobody is told a word and nothing is left.

An address gets a connection, of TLS where it is https, and no word on it; a folder a file without a
name.
"""

import socket
import ssl
import tempfile
from contextlib import suppress
from datetime import datetime
from errno import errorcode
from pathlib import Path

import httpx
from cryptography.x509 import load_pem_x509_certificates

from agent.causes import cause_of
from agent.finding import Finding

LONGEST_WAIT_S = 3.0
"""For a name, for a connection and for TLS, each."""
REFUSAL_WAIT_S = 0.5
"""In TLS 1.3 a server that refuses a client's certificate says so only after the handshake."""
PORTS = {"http": 80, "https": 443}


def try_address(url: httpx.URL, tls: ssl.SSLContext) -> Finding:
    """Connect to the host of an address that `agent.web_address` has read.

    Args:
        url: https, or http without TLS.
        tls: What connections are made with.
    """
    host, port = url.host, url.port or PORTS[url.scheme]
    try:
        with socket.create_connection((host, port), LONGEST_WAIT_S) as connection:
            if url.scheme == "https":
                _shake_hands(connection, host, tls)
    except socket.gaierror:
        return Finding(
            f"nobody knows the name {host}",
            "Correct the url, or ask whoever keeps the network for its name server.",
        )
    except ssl.SSLError as error:
        return Finding(
            f"{host}, port {port}, and this PC do not trust each other ({cause_of(error)})",
            "Compare client_certificate, client_key and trust with what its keeper gave you.",
        )
    except OSError as error:
        why = errorcode.get(error.errno or 0) or "no answer in time"
        return Finding(
            f"nobody answers at {host}, port {port} ({why})",
            "Start the service there, or correct the url; a firewall may be between.",
        )
    return Finding(f"{host}, port {port}, answers")


def _shake_hands(connection: socket.socket, host: str, tls: ssl.SSLContext) -> None:
    with tls.wrap_socket(connection, server_hostname=host) as trusted:
        trusted.settimeout(REFUSAL_WAIT_S)
        with suppress(TimeoutError):
            trusted.recv(1)


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
