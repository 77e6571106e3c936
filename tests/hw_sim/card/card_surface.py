"""券面事項確認AP: the card's front, the age record, and the keys that vouch for them.

Source: facts/card.md §3.3.
"""

from collections.abc import Mapping

from tests.hw_sim.card import aids
from tests.hw_sim.card.application import Application
from tests.hw_sim.card.errors import PhotoTooLargeError
from tests.hw_sim.card.files import File, KeyFile, PinReference, TransparentFile, UnknownFile
from tests.hw_sim.card.png import blank_png
from tests.hw_sim.card.profile import CardProfile, PinName, Tampering
from tests.hw_sim.card.record_keys import RecordKeys, public_key_objects
from tests.hw_sim.card.signature import sign_digests
from tests.hw_sim.card.tlv import tlv

_BIRTH_DATE_KEY = 0x0011
_CODE_B = 0x0012
_CODE_A = 0x0013
_UNKNOWN = (0x0014, 0x0015, 0x001C, 0x001E)
"""The first two are key references: of what, nobody has published."""
_LARGEST_FILE_BYTES = 0x8000
_BOTH_CODES = frozenset({_CODE_A, _CODE_B})


def build_card_surface(
    profile: CardProfile,
    keys: RecordKeys,
    pins: Mapping[PinName, PinReference],
    front_record: bytes,
) -> Application:
    """The application with this record as its EF 0002.

    Raises:
        PhotoTooLargeError: EF 0002 would pass 32 KiB.
    """
    padded = profile.padded
    front = padded(front_record)
    if len(front) > _LARGEST_FILE_BYTES:
        raise PhotoTooLargeError
    cv_certificate = keys.cv_certificate(
        is_tampered=Tampering.CV_CERTIFICATE in profile.tampered,
        is_long=profile.has_long_outer_length,
    )
    files: dict[int, File] = {
        0x0001: TransparentFile(padded(_age_record(profile, keys)), frozenset({_BIRTH_DATE_KEY})),
        0x0002: TransparentFile(front, _BOTH_CODES),
        0x0003: TransparentFile(padded(_application_data(profile, keys))),
        0x0004: TransparentFile(padded(cv_certificate)),
        0x0005: TransparentFile(
            padded(_my_number_record(keys)), frozenset({_CODE_A}), is_my_number=True
        ),
        0x0006: TransparentFile(b"\xff" * 16, _BOTH_CODES),
        _BIRTH_DATE_KEY: pins[PinName.SURFACE_BIRTH_DATE],
        _CODE_B: pins[PinName.SURFACE_CODE_B],
        _CODE_A: pins[PinName.SURFACE_CODE_A],
        0x001A: KeyFile(keys.chip),
        **{file_id: UnknownFile() for file_id in _UNKNOWN},
    }
    return Application(aids.CARD_SURFACE, files, profile, own_key=keys.chip)


def _age_record(profile: CardProfile, keys: RecordKeys) -> bytes:
    birth_date = tlv(0xDF11, _date(f"{profile.holder.birth_date:%Y%m%d}"))
    key = tlv(0xDF12, public_key_objects(keys.chip.public_key()))
    signature = sign_digests(keys.issuer, birth_date + key)
    return tlv(0xFF10, birth_date + key + tlv(0xDF13, signature))


def _application_data(profile: CardProfile, keys: RecordKeys) -> bytes:
    content = (
        tlv(0xDF31, bytes.fromhex("06030E01"))
        + tlv(0xDF32, keys.issuer_key_id)
        + tlv(0xDF33, b"\x01")
        + tlv(0xDF34, profile.municipality_code.encode("ascii"))
        + tlv(0xDF35, keys.issuer_key_id + bytes(256))
    )
    return tlv(0xFF30, content)


def _my_number_record(keys: RecordKeys) -> bytes:
    signed = tlv(0xDF41, blank_png(72, 12)) + tlv(
        0xDF42, public_key_objects(keys.chip.public_key())
    )
    return tlv(0xFF40, signed + tlv(0xDF43, sign_digests(keys.issuer, signed)))


def _date(digits: str) -> bytes:
    return digits.encode("ascii")
