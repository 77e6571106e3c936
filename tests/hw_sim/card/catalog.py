"""Ready-made cards by name, for two people who do not exist.

Each is a profile; `Issuer.issue(profile, photo)` makes the card, `profile.issued_to(holder)` gives
it to the other person. Sources of the ATRs: facts/card.md §1.1; PC/SC part 3 supplement (FeliCa).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from tests.hw_sim.card.holder import Holder, Sex
from tests.hw_sim.card.profile import CONTACT_ATR, CardKind, CardProfile, PinName, Tampering
from tests.hw_sim.card.status_words import END_OF_FILE, PIN_BLOCKED_7816

TARO = Holder(
    name="受付　太郎",
    address="試験県見本市例町１－２－３",
    birth_date=date(1958, 3, 14),
    sex=Sex.MALE,
    my_number="900000000019",
    serial="900000000000001",
    security_code="4821",
)
HANAKO = Holder(
    name="試験　花子",
    address="試験県見本市架空台４－５－６　見本ハイツ１０２",
    birth_date=date(1990, 10, 2),
    sex=Sex.FEMALE,
    my_number="900000000029",
    serial="900000000000002",
    security_code="7306",
)
HOLDERS: Mapping[str, Holder] = {"taro": TARO, "hanako": HANAKO}
"""Holder by the name used in scenarios."""

_AUTHENTICATION = PinName.JPKI_AUTHENTICATION
_CODE_B = PinName.SURFACE_CODE_B
_ATR_WITH_RANDOM_PUPI = bytes.fromhex("3B8880015A3C19E700B381A102")

MY_NUMBER = CardProfile(TARO)
FACE_ONLY = replace(
    MY_NUMBER,
    kind=CardKind.FACE_ONLY,
    certificates_present=b"\x00\x8f\x00",
    tries_left=dict.fromkeys(
        (
            PinName.JPKI_AUTHENTICATION,
            PinName.JPKI_SIGNATURE,
            PinName.TEXT_PIN,
            PinName.COMMON_PIN,
            PinName.RESIDENT_PIN,
        ),
        0,
    ),
)
ANDROID = replace(MY_NUMBER, kind=CardKind.ANDROID, is_authentication_certificate_free=False)
IPHONE = replace(MY_NUMBER, kind=CardKind.IPHONE)
JUKI = replace(
    MY_NUMBER,
    kind=CardKind.JUKI,
    atr=bytes.fromhex("3B888001000014E0B38191005E"),
    certificates_present=b"\x8f\x00\x00",
)
TRANSIT = replace(
    MY_NUMBER,
    kind=CardKind.FOREIGN,
    atr=bytes.fromhex("3B8F8001804F0CA00000030611003B0000000042"),
)
PIN_LAST_TRY = replace(MY_NUMBER, tries_left={_AUTHENTICATION: 1})
PIN_LOCKED = replace(MY_NUMBER, tries_left={_AUTHENTICATION: 0})
PIN_LOCKED_7816 = replace(PIN_LOCKED, blocked_status_word=PIN_BLOCKED_7816)
CODE_B_LOW = replace(MY_NUMBER, tries_left={_CODE_B: 5})
CODE_B_LOCKED = replace(MY_NUMBER, tries_left={_CODE_B: 0})
CERTIFICATE_ENDING = replace(MY_NUMBER, certificate_days_left=60)
CERTIFICATE_EXPIRED = replace(MY_NUMBER, certificate_age_days=5 * 365, certificate_days_left=-30)
CERTIFICATE_LONG_EXPIRED = replace(
    MY_NUMBER, certificate_age_days=6 * 365, certificate_days_left=-120
)
CARD_EXPIRED = replace(CERTIFICATE_LONG_EXPIRED, card_expiry=date(2024, 3, 14))
PHOTO_TAMPERED = replace(MY_NUMBER, tampered=frozenset({Tampering.PHOTO}))
CONTACT = replace(MY_NUMBER, atr=CONTACT_ATR, is_extended_accepted=True)
UNKNOWN_ATR = replace(MY_NUMBER, atr=_ATR_WITH_RANDOM_PUPI)
ODD_MANNERS = replace(
    MY_NUMBER,
    is_first_command_lost=True,
    is_status_kept_on_reselect=False,
    is_status_kept_on_reset=False,
    is_empty_verify_ok_once_verified=True,
    blocked_status_word=PIN_BLOCKED_7816,
    end_of_file_status_word=END_OF_FILE,
    filler_bytes=37,
    has_long_outer_length=True,
    is_contact_atr_at_card_manager=False,
)

PROFILES: Mapping[str, CardProfile] = {
    name.lower(): value for name, value in globals().items() if isinstance(value, CardProfile)
}
"""Profile by its name in lower case, e.g. "pin_locked"."""
