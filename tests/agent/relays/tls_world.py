"""Certificates for a receiver on 127.0.0.1 and for the agent that sends to it."""

import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.hostlink import pki
from tests.hostlink.pki import (
    FOR_CLIENT,
    FOR_SERVER,
    IS_LEAF,
    STRANGE_MAKER,
    Identity,
    is_ca,
    name_of,
    usage,
)

_CA_KEY_ID = x509.SubjectKeyIdentifier.from_public_key(pki._key(70).public_key())
_FROM_CA = (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(_CA_KEY_ID), False)

CLINIC_CA = pki.issue(
    name_of("Test clinic root"), 70, None, is_ca(), usage(certifies=True), (_CA_KEY_ID, False)
)
AGENT = pki.issue(
    name_of("Test agent"), 71, CLINIC_CA, IS_LEAF, usage(signs=True), FOR_CLIENT, _FROM_CA
)


def server(address: str = "127.0.0.1", valid_to: datetime = pki.NEVER) -> Identity:
    """A receiver that may call itself `address`."""
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    extensions = (IS_LEAF, usage(signs=True), FOR_SERVER, _FROM_CA, (names, False))
    name = name_of("Test receiver")
    return pki.issue(name, 72, CLINIC_CA, *extensions, valid_to=valid_to)


EXPIRED = datetime(2026, 1, 2, tzinfo=UTC)
STRANGERS: dict[str, tuple[Identity, Identity | None]] = {
    "no root of ours": (server(), STRANGE_MAKER),
    "not a usual root": (server(), None),
    "another address": (server("192.0.2.1"), CLINIC_CA),
    "expired": (server(valid_to=EXPIRED), CLINIC_CA),
}
"""What each shows, and the root that the agent trusts instead of the usual ones."""


def root_file(folder: Path, identity: Identity = CLINIC_CA) -> Path:
    """PEM of a root."""
    path = folder / "trust.pem"
    path.write_bytes(identity.leaf.public_bytes(Encoding.PEM))
    return path


def context(folder: Path, shown: Identity, *, wants_client: bool = False) -> ssl.SSLContext:
    """What the receiver does TLS with; `folder` holds its files."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*shown.write(folder, "receiver"))
    if wants_client:
        made.load_verify_locations(root_file(folder))
        made.verify_mode = ssl.CERT_REQUIRED
    return made
