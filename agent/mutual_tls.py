"""Which certificates the agent shows to a server and which it trusts: settings of whoever sends.

Relays that send and the eligibility source `http` have the same three settings.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from agent.errors import ConfigError
from agent.tables import Table


class TlsSettings(Table, frozen=True, kw_only=True):
    """Files of a table of the configuration that tells who is talked to."""

    client_certificate: Path | None = None
    """PEM, leaf first: shows the server who asks."""
    client_key: Path | None = None
    """PEM of its key, without a password; left out: it lies in the file of the certificate."""
    trust: Path | None = None
    """PEM of the only roots the server's certificate may end in; left out: the usual ones."""


def tls_context(settings: TlsSettings, where: str) -> ssl.SSLContext:
    """What connections are made with.

    Args:
        settings: The files.
        where: Name of their table, for an error's sentence.

    Raises:
        ConfigError: A file cannot be used.
    """
    context = _trusting(settings.trust, where)
    certificate, key = settings.client_certificate, settings.client_key
    if certificate is not None:
        wanted = "PEM, and client_key the key to it"
        with file_errors(where, "client_certificate", certificate, wanted):
            # Without a password of ours OpenSSL would ask for one at the terminal.
            context.load_cert_chain(certificate, key, password="")
    elif key is not None:
        raise ConfigError(f"{where} client_key: name its client_certificate too.")
    return context


@contextmanager
def file_errors(where: str, key: str, path: Path, wanted: str) -> Iterator[None]:
    """Makes one sentence of a file that cannot be read or is not what it should be.

    Raises:
        ConfigError: The file that `key` of the table `where` names is not `wanted`.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        raise ConfigError(f"{where} {key}: {path} must be {wanted}.") from error


def _trusting(roots: Path | None, where: str) -> ssl.SSLContext:
    if roots is None:
        return httpx.create_ssl_context(trust_env=False)
    with file_errors(where, "trust", roots, "PEM of root certificates"):
        return ssl.create_default_context(cafile=roots)
