"""EF 0002 of 券面事項確認AP: what is printed on the front, and what somebody may have done to it.

Source: facts/card.md §3.3.
"""

import io
from dataclasses import dataclass
from datetime import date, timedelta

from PIL import Image, ImageFilter

from tests.hw_sim.card.front_pictures import (
    address_picture,
    name_picture,
    security_code_picture,
)
from tests.hw_sim.card.profile import CardProfile, PhotoState, Tampering
from tests.hw_sim.card.record_keys import RecordKeys, public_key_objects
from tests.hw_sim.card.signature import sign_digests
from tests.hw_sim.card.tlv import record_with_offsets, tlv
from tests.hw_sim.card.victim import victim_of

_PAINTED_BYTES = 8
_BOX_HEADER_BYTES = 8
_BLUR_PX = 6
"""Radius, of a photo of 240 x 320 px."""


@dataclass(frozen=True, slots=True)
class _SignedParts:
    """The three groups of objects of which DF28 signs the digests."""

    identity: tuple[bytes, ...]
    """DF22 birth date, DF23 sex, DF24 chip key."""
    texts: tuple[bytes, ...]
    """DF25 name, DF26 address, as pictures."""
    photo: bytes
    """DF27."""

    def signed_by(self, keys: RecordKeys) -> bytes:
        """DF28 over these parts."""
        digested = (b"".join(self.identity), b"".join(self.texts), self.photo)
        return tlv(0xDF28, sign_digests(keys.issuer, *digested))


def front_record(
    profile: CardProfile, keys: RecordKeys, photo_jp2: bytes, other_photo_jp2: bytes = b""
) -> bytes:
    """EF 0002; expiry and security code are not signed.

    Args:
        profile: The card.
        keys: Who signs, and the chip's key that the record names.
        photo_jp2: The holder's photo.
        other_photo_jp2: Another person's photo, for PHOTO_SWAPPED.
    """
    issued = _issued(profile, keys, photo_jp2)
    laid = _tampered(issued, profile, other_photo_jp2)
    objects = [
        *laid.identity,
        *laid.texts,
        laid.photo,
        issued.signed_by(keys),
        tlv(0xDF29, _date(profile.card_expiry)),
        tlv(0xDF2A, security_code_picture(profile.holder.security_code)),
    ]
    return record_with_offsets(0xFF20, 0xDF21, objects, is_long=profile.has_long_outer_length)


def _issued(profile: CardProfile, keys: RecordKeys, photo_jp2: bytes) -> _SignedParts:
    holder = profile.holder
    identity = (
        tlv(0xDF22, _date(holder.birth_date)),
        tlv(0xDF23, holder.sex.value.encode("ascii")),
        tlv(0xDF24, public_key_objects(keys.chip.public_key())),
    )
    texts = (
        tlv(0xDF25, name_picture(holder.name)),
        tlv(0xDF26, address_picture(holder.address)),
    )
    return _SignedParts(identity, texts, tlv(0xDF27, _photo_of(profile, photo_jp2)))


def _photo_of(profile: CardProfile, photo_jp2: bytes) -> bytes:
    match profile.photo_state:
        case PhotoState.PRESENT:
            return _filled(photo_jp2, profile.least_photo_bytes)
        case PhotoState.ABSENT:
            return b""
        case PhotoState.CORRUPT:
            return photo_jp2[: len(photo_jp2) // 2]
        case PhotoState.BLURRED:
            return _blurred(photo_jp2) if photo_jp2 else b""


def _blurred(photo_jp2: bytes) -> bytes:
    file = io.BytesIO()
    with Image.open(io.BytesIO(photo_jp2)) as photo:
        blurred = photo.filter(ImageFilter.GaussianBlur(_BLUR_PX))
        blurred.save(file, "JPEG2000", quality_mode="rates", quality_layers=[8])
    return file.getvalue()


def _filled(photo_jp2: bytes, least_bytes: int) -> bytes:
    """Append a free box, which decoders skip (ISO/IEC 15444-2, Free box)."""
    missing = least_bytes - len(photo_jp2)
    if missing <= 0:
        return photo_jp2
    box_bytes = max(missing, _BOX_HEADER_BYTES)
    return photo_jp2 + box_bytes.to_bytes(4, "big") + b"free" + bytes(box_bytes - _BOX_HEADER_BYTES)


def _tampered(parts: _SignedParts, profile: CardProfile, other_photo_jp2: bytes) -> _SignedParts:
    identity, texts, photo = parts.identity, parts.texts, parts.photo
    if Tampering.BIRTH_DATE in profile.tampered:
        other_day = profile.holder.birth_date - timedelta(days=366 * 10)
        identity = (tlv(0xDF22, _date(other_day)), *identity[1:])
    if Tampering.ATTRIBUTES in profile.tampered:
        texts = (tlv(0xDF25, name_picture(victim_of(profile.holder).name)), texts[1])
    if Tampering.PHOTO in profile.tampered:
        photo = _painted_over(photo)
    if Tampering.PHOTO_SWAPPED in profile.tampered:
        photo = tlv(0xDF27, other_photo_jp2)
    return _SignedParts(identity, texts, photo)


def _painted_over(photo: bytes) -> bytes:
    """The same object with a few bytes of its codestream changed in place, still a JP2."""
    begin = len(photo) * 3 // 4
    painted = bytes(byte ^ 0x01 for byte in photo[begin : begin + _PAINTED_BYTES])
    return photo[:begin] + painted + photo[begin + _PAINTED_BYTES :]


def _date(day: date) -> bytes:
    return f"{day:%Y%m%d}".encode("ascii")
