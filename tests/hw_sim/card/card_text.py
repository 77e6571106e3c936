"""券面事項入力補助AP: the 12-digit number and the four attributes as text.

Source: facts/card.md §3.4.
"""

import hashlib
from collections.abc import Mapping

from tests.hw_sim.card import aids
from tests.hw_sim.card.application import Application
from tests.hw_sim.card.files import File, KeyFile, PinReference, TransparentFile
from tests.hw_sim.card.profile import CardProfile, PinName
from tests.hw_sim.card.record_keys import RecordKeys, public_key_objects
from tests.hw_sim.card.signature import sign_digests
from tests.hw_sim.card.tlv import record_with_offsets, tlv

_PIN = 0x0011
_BLOCKED_AT_ISSUE = 0x0012
_CODE_A = 0x0014
_CODE_B = 0x0015
_ANY = frozenset({_PIN, _CODE_A, _CODE_B})


def build_card_text(
    profile: CardProfile, keys: RecordKeys, pins: Mapping[PinName, PinReference]
) -> Application:
    """The application as this profile has it."""
    padded = profile.padded
    number = number_record(profile)
    attributes = attribute_record(profile)
    cv_certificate = keys.cv_certificate(is_long=profile.has_long_outer_length)
    files: dict[int, File] = {
        0x0001: TransparentFile(number, frozenset({_PIN, _CODE_A}), is_my_number=True),
        0x0002: TransparentFile(padded(attributes), frozenset({_PIN, _CODE_B})),
        0x0003: TransparentFile(padded(_signature_record(number, profile, keys)), _ANY),
        0x0004: TransparentFile(padded(cv_certificate)),
        0x0005: TransparentFile(padded(_application_data(keys))),
        0x0007: TransparentFile(padded(_chip_key_record(keys)), _ANY),
        0x0008: TransparentFile(b"\xff" * 16),
        _PIN: pins[PinName.TEXT_PIN],
        _BLOCKED_AT_ISSUE: PinReference(b"", 0, 0, profile.blocked_status_word),
        0x0013: KeyFile(keys.chip),
        _CODE_A: pins[PinName.TEXT_CODE_A],
        _CODE_B: pins[PinName.TEXT_CODE_B],
    }
    return Application(aids.CARD_TEXT, files, profile, own_key=keys.chip)


def number_record(profile: CardProfile) -> bytes:
    """EF 0001: the 12-digit number, 17 bytes with its two bytes of filler."""
    return tlv(0xFF10, profile.holder.my_number.encode("ascii")) + b"\xff\xff"


def attribute_record(profile: CardProfile) -> bytes:
    """EF 0002: name, address, birth date and sex."""
    return record_with_offsets(
        0xFF20, 0xDF21, _attributes(profile), is_long=profile.has_long_outer_length
    )


def _attributes(profile: CardProfile) -> list[bytes]:
    holder = profile.holder
    return [
        tlv(0xDF22, holder.name.encode()),
        tlv(0xDF23, holder.address.encode()),
        tlv(0xDF24, f"{holder.birth_date:%Y%m%d}".encode("ascii")),
        tlv(0xDF25, holder.sex.value.encode("ascii")),
    ]


def _signature_record(number: bytes, profile: CardProfile, keys: RecordKeys) -> bytes:
    attributes = b"".join(_attributes(profile))
    signed = tlv(0xDF31, hashlib.sha256(number).digest())
    signed += tlv(0xDF32, hashlib.sha256(attributes).digest())
    return tlv(0xFF30, signed + tlv(0xDF33, sign_digests(keys.issuer, signed)))


def _application_data(keys: RecordKeys) -> bytes:
    content = tlv(0xDF41, bytes.fromhex("01030E01")) + tlv(0xDF42, keys.issuer_key_id)
    return tlv(0xFF40, content + tlv(0xDF43, bytes(128)))


def _chip_key_record(keys: RecordKeys) -> bytes:
    signed = tlv(0xDF51, public_key_objects(keys.chip.public_key()))
    return tlv(0xFF50, signed + tlv(0xDF52, sign_digests(keys.issuer, signed)))
