"""Who this reader is, and its signature under a finished visit.

Source: facts/security.md §4.6 (claims), §6.4 (UEID, RFC 9711).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

import device
import hostlink
from device.clock import monotonic_ms
from device.errors import ConfigurationError
from device.keys.port import SigningKey
from hostlink.messages import Moment, VisitRecord
from hostlink.result import ResultClaims
from hostlink.signing import payload_hash, sign_result

_NO_PREVIOUS = bytes(32)
"""What the very first result names as the one before it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The reader's name, its key, and what it says about itself in every result."""

    key: SigningKey = field(repr=False)
    ueid: bytes
    boot_count: int
    audience: str
    """The clinic and agent this reader is paired with."""
    firmware_hash: bytes
    model_hash: bytes
    """SHA-256 of the face models in use."""

    def sign_record(
        self, record: VisitRecord, consent_text_hash: bytes, issued_at: Moment
    ) -> Callable[[int, bytes | None], bytes]:
        """Prepare a record for the outbox.

        Args:
            record: What happened.
            consent_text_hash: SHA-256 of the texts the patient answered to.
            issued_at: Now.

        Returns:
            A function of the result's number and the result before it that gives the signed
            bytes.
        """

        def sign(seq: int, previous: bytes | None) -> bytes:
            claims = ResultClaims(
                record=record,
                ueid=self.ueid,
                seq=seq,
                boot_count=self.boot_count,
                previous_hash=payload_hash(previous) if previous else _NO_PREVIOUS,
                audience=self.audience,
                issued_at=issued_at,
                monotonic_ms=int(monotonic_ms()),
                firmware_hash=self.firmware_hash,
                model_hash=self.model_hash,
                consent_text_hash=consent_text_hash,
            )
            return sign_result(claims, self.key.sign, self.key.chain)

        return sign


def ueid_of(certificate: bytes) -> bytes:
    """The UEID that the maker put into the reader's certificate (subject serialNumber, hex).

    Raises:
        ConfigurationError: The certificate names none.
    """
    subject = x509.load_der_x509_certificate(certificate).subject
    try:
        return bytes.fromhex(str(subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value))
    except (IndexError, ValueError):
        raise ConfigurationError(
            "the reader's certificate names no UEID in its subject serialNumber"
        ) from None


def hash_firmware() -> bytes:
    """SHA-256 over every file of the running `device` and `hostlink` packages."""
    digest = sha256()
    for package in (device, hostlink):
        root = Path(str(package.__file__)).parent
        for path in sorted(root.rglob("*")):
            if path.suffix in {".py", ".cddl", ".toml", ".js", ".css", ".html"}:
                digest.update(str(path.relative_to(root.parent)).encode())
                digest.update(sha256(path.read_bytes()).digest())
    return digest.digest()


def count_boot(folder: Path) -> int:
    """Add one to the number of starts kept in `folder` and return it."""
    path = folder / "boot_count"
    count = int(path.read_text()) + 1 if path.exists() else 1
    part = path.with_suffix(".part")
    part.write_text(str(count))
    part.replace(path)
    return count
