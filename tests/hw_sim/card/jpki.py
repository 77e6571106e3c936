"""公的個人認証AP: certificates, keys and PINs of the holder.

How an iPhone behaves is not public. Here, a guess: once the holder has authenticated on the phone
(Face ID, Touch ID), authentication key and certificate are free; before that both answer 6982, and
no PIN given to the reader changes it.
Source: facts/card.md §3.2, §1.2, §9.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from tests.hw_sim.card import aids
from tests.hw_sim.card.application import Application
from tests.hw_sim.card.files import (
    FREE,
    NEVER,
    File,
    KeyFile,
    PinReference,
    TransparentFile,
    UnknownFile,
)
from tests.hw_sim.card.pinless import TerminalReference
from tests.hw_sim.card.profile import CardKind, CardProfile, PinName

TERMINAL_CA = 0x0016
AUTHENTICATION_PIN = 0x0018
SIGNATURE_PIN = 0x001B
_PROTECTED = 0x0009
_UNKNOWN = (0x0005, 0x0010, 0x0019, 0x001C, 0x001E)
_PRESENT = 0x8F
_LABELS = {
    CardKind.MY_NUMBER: b"JPKIAPICCTOKEN2",
    CardKind.FACE_ONLY: b"JPKIAPICCTOKEN2",
    CardKind.ANDROID: b"JPKIAPGPSETOKEN",
    CardKind.IPHONE: b"JPKIAPIOSTOKEN",
    CardKind.JUKI: b"JPKIAPICCTOKEN",
    CardKind.EVIL: b"JPKIAPICCTOKEN2",
}


@dataclass(frozen=True, slots=True)
class JpkiContent:
    """Keys and certificates that go into the application."""

    authentication_key: RSAPrivateKey = field(repr=False)
    """利用者証明用."""
    signature_key: RSAPrivateKey = field(repr=False)
    """署名用."""
    authentication_certificate: bytes = field(repr=False)
    """X.509 DER."""
    signature_certificate: bytes = field(repr=False)
    """X.509 DER."""
    authentication_ca: bytes = field(repr=False)
    """X.509 DER."""
    signature_ca: bytes = field(repr=False)
    """X.509 DER."""
    terminal_ca: RSAPublicKey = field(repr=False)
    """Whom the card lets replace the PIN by a terminal."""


def build_jpki(
    profile: CardProfile, content: JpkiContent, pins: Mapping[PinName, PinReference]
) -> Application:
    """The application as this profile has it; absent certificates leave no file behind."""
    files: dict[int, File] = {
        0x0006: TransparentFile(token_information(profile)),
        0x0008: TransparentFile(profile.certificates_present),
        AUTHENTICATION_PIN: pins[PinName.JPKI_AUTHENTICATION],
        SIGNATURE_PIN: pins[PinName.JPKI_SIGNATURE],
    }
    if profile.certificates_present[0] == _PRESENT:
        files |= _signature_files(profile, content)
    if profile.certificates_present[1] == _PRESENT:
        files |= _authentication_files(profile, content)
    if profile.is_my_number_card:
        files |= _unknown_files()
        if profile.is_terminal_trusted:
            files[TERMINAL_CA] = TerminalReference(content.terminal_ca)
    return Application(aids.JPKI, files, profile)


def _signature_files(profile: CardProfile, content: JpkiContent) -> dict[int, File]:
    opened_by = frozenset({SIGNATURE_PIN})
    return {
        0x0001: TransparentFile(profile.padded(content.signature_certificate), opened_by),
        0x0002: TransparentFile(profile.padded(content.signature_ca)),
        0x001A: KeyFile(content.signature_key, opened_by),
    }


def _authentication_files(profile: CardProfile, content: JpkiContent) -> dict[int, File]:
    pin = frozenset({AUTHENTICATION_PIN})
    certificate_by = FREE if profile.is_authentication_certificate_free else pin
    key_by = pin | {TERMINAL_CA}
    if profile.kind is CardKind.IPHONE:
        certificate_by = key_by = FREE if profile.is_holder_authenticated else NEVER
    return {
        0x000A: TransparentFile(profile.padded(content.authentication_certificate), certificate_by),
        0x000B: TransparentFile(profile.padded(content.authentication_ca)),
        0x0017: KeyFile(content.authentication_key, key_by),
    }


def _unknown_files() -> dict[int, File]:
    """Seen on cards only. What opens EF 0009 is not known: here, nothing."""
    unknown: dict[int, File] = {file_id: UnknownFile() for file_id in _UNKNOWN}
    return unknown | {_PROTECTED: TransparentFile(b"", NEVER)}


def token_information(profile: CardProfile) -> bytes:
    """EF 0006: CK_TOKEN_INFO with big-endian numbers, 160 bytes, the label first.

    Source: PKCS #11 v2.40 §3.2; facts/card.md §3.2.
    """
    flags, sessions, pin_lengths = (0x040D,), (1, 0, 1, 0), (16, 6)
    memory = (0xFFFFFFFF,) * 4
    numbers = b"".join(n.to_bytes(4, "big") for n in flags + sessions + pin_lengths + memory)
    return (
        _LABELS[profile.kind].ljust(32)
        + b"0" * 31
        + b"1"
        + b"TEST01".ljust(16)
        + profile.holder.serial.encode("ascii").rjust(16, b"0")
        + numbers
        + b"03"
        + b"01"
        + b"9" * 16
    )
