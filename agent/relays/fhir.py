"""Sends every completed visit to a FHIR R4 server: one transaction.

`POST {url}`, the server's base, with `Content-Type: application/fhir+json` and a Bundle of type
transaction, which `_fhir_bundle.py` describes; with `Prefer: return=minimal`, for the answer is not
read, `Idempotency-Key: "<ueid>-<seq>"`, which a server need not know, and `Authorization: Bearer`
where there is a `token_file`. Any 2xx means that the server has it.

The server must take transactions, conditional creates (`ifNoneExist`) and ids that clients give
(for Provenance alone). A 412 (two Patients with one 照会番号, or two Organizations with one number
of an insurer) refuses the result: nobody chooses between them by chance, and staff are told.

Source: FHIR R4 (4.0.1), RESTful API, transaction; RFC 6750 §2.1 (token); RFC 7240 §4.2 (minimal);
facts/oqs.md §9.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from agent.errors import ConfigError
from agent.finding import Finding
from agent.relays._fhir_bundle import render
from agent.relays._sending import (
    Sender,
    SendingSettings,
    examine_receiver,
    relay_file_errors,
    result_key,
)
from agent.relays.port import Reception, SendingRelay

TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class Settings(SendingSettings, frozen=True, kw_only=True):
    """What `[[relays]]` holds for `target = "fhir"`."""

    token_file: Path | None = None
    """Holds the bearer token, read at the start; space around it does not count."""


def create(settings: Settings) -> SendingRelay:
    """Make the relay; the connection is opened with the first visit.

    Raises:
        ConfigError: The address, the token or a certificate cannot be used.
    """
    token = None if settings.token_file is None else _read_token(settings.token_file)
    return Fhir(token, Sender(settings))


def examine(settings: Settings) -> Sequence[Finding]:
    """See `examine_receiver`."""
    return examine_receiver(settings)


class Fhir:
    """One FHIR server."""

    needs_record = True

    def __init__(self, token: str | None, sender: Sender) -> None:
        self._sender = sender
        self._headers = {
            "Content-Type": "application/fhir+json",
            "Accept": "application/fhir+json",
            "Prefer": "return=minimal",
        }
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"

    def send(self, reception: Reception) -> str:
        """Send the transaction; see `SendingRelay.send`."""
        name = result_key(reception)
        self._sender.post(render(reception), name, self._headers)
        return name

    def close(self) -> None:
        """Close the kept connection."""
        self._sender.close()


def _read_token(path: Path) -> str:
    with relay_file_errors("token_file", path, "a readable text file"):
        token = path.read_text(encoding="ascii").strip()
    if not TOKEN.fullmatch(token):
        raise ConfigError(f"[[relays]] token_file: {path} must hold one bearer token.")
    return token
