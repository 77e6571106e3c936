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
from device.disk import keep_file
from device.errors import ConfigurationError
from device.keys.port import SigningKey
from hostlink.messages import Moment, VisitRecord
from hostlink.result import NO_PREVIOUS_HASH, ResultClaims
from hostlink.signing import payload_hash, sign_result

_UEID_BYTES = range(7, 34)
"""RFC 9711 §4.2.1."""
_MAX_BOOT_COUNT = 0xFFFFFFFF


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
                previous_hash=payload_hash(previous) if previous else NO_PREVIOUS_HASH,
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
    numbers = [str(each.value) for each in subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)]
    try:
        ueid = bytes.fromhex(numbers[0])
    except (IndexError, ValueError):
        ueid = b""
    if len(ueid) not in _UEID_BYTES:
        raise ConfigurationError(
            "the reader's certificate names no UEID of 7 to 33 bytes in its subject serialNumber"
        )
    return ueid


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
    """Add one to the number of starts kept in `folder` and return it.

    It only tells apart the results of one start from those of another, so a count that cannot be
    read begins anew.

    Raises:
        OSError: The new count cannot be kept.
    """
    path = folder / "boot_count"
    try:
        before = int(path.read_bytes())
    except (OSError, ValueError):
        before = 0
    count = before + 1 if 0 <= before < _MAX_BOOT_COUNT else 1
    keep_file(path, str(count).encode())
    return count
