"""What maker and clinic do once: the reader's key and certificate, and its pairing with the PC.

The keys are made anew for each bench. The bench's two ends are found paired: `pair` writes what a
pairing leaves behind, through the product's own stores. Pairings themselves are played in
`tests/flows/test_pairing.py`.
"""

import datetime
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import agent.pairings as agent_pairings
import device.pairings
from agent.pairings import NewIdentity
from hostlink.pairing import SECRET_BYTES

UEID = bytes.fromhex("01" + "5550c0ffee" * 3 + "01")
"""Type 1 (random) and 16 bytes (RFC 9711 §4.2.1)."""
_FOREVER = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True)
class Provisioned:
    """Files in the bench's `keys` folder."""

    root: Path
    """The maker's root: the trust anchor of every reader."""
    reader_certificate: Path
    reader_key: Path


def provision(folder: Path) -> Provisioned:
    """Make all keys and certificates that a maker gives one reader."""
    folder.mkdir(parents=True, exist_ok=True)
    root_key, reader_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name = _name("uketsuke bench maker root")
    root = _certificate(root_name, root_key, root_name, root_key, is_ca=True)
    reader_name = _name("uketsuke bench reader", serial_number=UEID.hex())
    reader = _certificate(reader_name, reader_key, root_name, root_key)
    files = Provisioned(
        root=folder / "root.pem",
        reader_certificate=folder / "reader.pem",
        reader_key=folder / "reader.key",
    )
    files.root.write_bytes(root.public_bytes(Encoding.PEM))
    files.reader_certificate.write_bytes(reader.public_bytes(Encoding.PEM))
    files.reader_key.touch(mode=0o600)
    pem = reader_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files.reader_key.write_bytes(pem)
    return files


def pair(reader: Path, agent: Path, audience: str) -> None:
    """Leave behind what a pairing of the two does.

    Args:
        reader: Folder of the reader's pairings.
        agent: Folder of the agent's.
        audience: Whom the reader's results are for.
    """
    of_reader, of_agent = device.pairings.Pairings(reader, None), agent_pairings.Pairings(agent)
    identity, reader_certificate = (
        NewIdentity.make(datetime.datetime.now(datetime.UTC)),
        of_reader.make_certificate(),
    )
    secret = secrets.token_bytes(SECRET_BYTES)
    ends = device.pairings.Ends(identity.certificate, reader_certificate, secret)
    of_reader.add("bench", audience, ends)
    of_agent.keep(agent_pairings.Pairing(UEID, secret, identity.name, reader_certificate), identity)


def _name(common_name: str, serial_number: str = "") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if serial_number:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial_number))
    return x509.Name(attributes)


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_ca: bool = False,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    used = {"digital_signature"} if not is_ca else {"key_cert_sign", "crl_sign"}
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(_FOREVER)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{use: use in used for use in _KEY_USAGES}), critical=True)
    )
    if not is_ca:
        both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = builder.add_extension(x509.ExtendedKeyUsage(both), critical=False)
    return builder.sign(issuer_key, SHA256())
