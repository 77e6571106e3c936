"""A notice of a version: what the maker signs, and what is believed of it.

    uketsuke update notice 1
    <Base64 of an ECDSA signature (DER), P-256 and SHA-256>
    {"version": "0.2.0", "released": "2026-12-01", "text": "..."}

The signature is over the first line and all that follows the second one, byte by byte as it lies
there; nothing of it is read before that is verified.

Source: FIPS 186-5 §6 (ECDSA).
"""

import re
import unicodedata
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from datetime import date
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from agent.errors import ConfigError, UpdateNoticeError

LONGEST_BYTES = 8_192
LONGEST_TEXT = 300
_FIRST_LINE = b"uketsuke update notice 1\n"
_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){1,3}")
_ES256 = ec.ECDSA(SHA256())


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the maker says of one version."""

    version: str
    """Numbers and dots, such as 0.2.0."""
    released: date
    text: str
    """One line for people: what is new and where to get it."""

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.version):
            raise ValueError("Expected a version like 0.2.0")
        if not is_plain(self.text):
            raise ValueError(f"Expected one line of at most {LONGEST_TEXT} letters without < and >")

    @property
    def order(self) -> tuple[int, ...]:
        """Of versions: the greater, the newer."""
        return order_of(self.version)


def order_of(version: str) -> tuple[int, ...]:
    """Numbers of a version; 0.2 comes before 0.2.0, and 0.10 after 0.9."""
    return tuple(int(number) for number in re.findall(r"[0-9]+", version))


def is_plain(text: str) -> bool:
    """Whether it can be shown anywhere: short, no markup, nothing that steers a terminal."""
    return 0 < len(text) <= LONGEST_TEXT and not any(
        each in "<>" or unicodedata.category(each)[0] == "C" or each in "\u2028\u2029"
        for each in text
    )


def read_key(path: Path) -> ec.EllipticCurvePublicKey:
    """The maker's public key.

    Raises:
        ConfigError: It is none.
    """
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ConfigError(f"[updates] key: {path} must be PEM of a public key on P-256.")
    return key


def sign_notice(notice: Notice, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The file that is put where agents look."""
    content = msgspec.json.encode(notice) + b"\n"
    signature = b64encode(key.sign(_FIRST_LINE + content, _ES256))
    return _FIRST_LINE + signature + b"\n" + content


def read_notice(signed: bytes, key: ec.EllipticCurvePublicKey) -> Notice:
    """Believe a notice, or not.

    Args:
        signed: The whole file, whatever its origin.
        key: The maker's.

    Raises:
        UpdateNoticeError: It is not exactly what the maker signed, or says nothing usable.
    """
    if len(signed) > LONGEST_BYTES or not signed.startswith(_FIRST_LINE):
        raise UpdateNoticeError("it is no notice of this program")
    signature, _, content = signed.removeprefix(_FIRST_LINE).partition(b"\n")
    try:
        decoded = b64decode(signature, validate=True)
        key.verify(decoded, _FIRST_LINE + content, _ES256)
    except (InvalidSignature, Base64Error):
        raise UpdateNoticeError("the maker did not sign it") from None
    # The last character may hold bits that no byte has: another file would pass for this one.
    if b64encode(decoded) != signature:
        raise UpdateNoticeError("the maker did not sign it")
    try:
        return msgspec.json.decode(content, type=Notice)
    except msgspec.DecodeError as error:
        raise UpdateNoticeError(f"its content is wrong: {error}") from error
