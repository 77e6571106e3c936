"""Ready-made cards by name: the personas, as Python names.

The truth is in `tests/hw_sim/personas/*.toml`. Each name here is a profile; `Issuer.issue(profile,
photo)` makes the card, `profile.issued_to(holder)` gives it to another person.
"""

from collections.abc import Mapping

from tests.hw_sim.card.holder import Holder
from tests.hw_sim.card.persona import names, read_persona
from tests.hw_sim.card.profile import CardProfile

PROFILES: Mapping[str, CardProfile] = {name: read_persona(name).profile for name in names()}
"""Profile by the persona's name, e.g. "pin_locked"."""
HOLDERS: Mapping[str, Holder] = {
    name: PROFILES[name].holder
    for name in (
        *("taro", "hanako", "child", "infant", "foreign_resident"),
        *("taisho", "showa_last_day", "heisei_first_day"),
    )
}
"""Holder by the name used in scenarios."""

TARO = HOLDERS["taro"]
HANAKO = HOLDERS["hanako"]

MY_NUMBER = PROFILES["my_number"]
FACE_ONLY = PROFILES["face_only"]
ANDROID = PROFILES["android"]
IPHONE = PROFILES["iphone"]
IPHONE_LOCKED = PROFILES["iphone_locked"]
JUKI = PROFILES["juki"]
JUKI_WITHOUT_JPKI = PROFILES["juki_without_jpki"]
DRIVING_LICENCE = PROFILES["driving_licence"]
LICENCE_ON_MY_NUMBER = PROFILES["licence_on_my_number"]
RESIDENCE_CARD = PROFILES["residence_card"]
BANK_CARD = PROFILES["bank_card"]
BANK_CARD_CONTACT = PROFILES["bank_card_contact"]
BANK_CARD_EMV = PROFILES["bank_card_emv"]
WALLET_PHONE = PROFILES["wallet_phone"]
TRANSIT = PROFILES["transit"]
TRANSIT_6D00 = PROFILES["transit_6d00"]
NEXT_GENERATION = PROFILES["next_generation"]
SILENT = PROFILES["silent"]
EVIL = PROFILES["evil"]
PIN_LAST_TRY = PROFILES["pin_last_try"]
PIN_LOCKED = PROFILES["pin_locked"]
PIN_LOCKED_7816 = PROFILES["pin_locked_7816"]
CODE_B_LOW = PROFILES["code_b_low"]
CODE_B_LOCKED = PROFILES["code_b_locked"]
NO_CERTIFICATE = PROFILES["no_certificate"]
CERTIFICATE_ENDING = PROFILES["certificate_ending"]
CERTIFICATE_EXPIRED = PROFILES["certificate_expired"]
CERTIFICATE_LONG_EXPIRED = PROFILES["certificate_long_expired"]
CERTIFICATE_NOT_YET_VALID = PROFILES["certificate_not_yet_valid"]
CARD_EXPIRED = PROFILES["card_expired"]
PHOTO_TAMPERED = PROFILES["photo_tampered"]
PHOTO_SWAPPED = PROFILES["photo_swapped"]
ATTRIBUTES_TAMPERED = PROFILES["attributes_tampered"]
BIRTH_DATE_TAMPERED = PROFILES["birth_date_tampered"]
RECORD_SWAPPED = PROFILES["record_swapped"]
CLONED = PROFILES["cloned"]
CV_CERTIFICATE_TAMPERED = PROFILES["cv_certificate_tampered"]
RECORD_ISSUER_UNKNOWN = PROFILES["record_issuer_unknown"]
CERTIFICATE_CLONED = PROFILES["certificate_cloned"]
PHOTO_ABSENT = PROFILES["photo_absent"]
PHOTO_CORRUPT = PROFILES["photo_corrupt"]
PHOTO_BLURRED = PROFILES["photo_blurred"]
CONTACT = PROFILES["contact"]
CONTACT_T0 = PROFILES["contact_t0"]
UNKNOWN_ATR = PROFILES["unknown_atr"]
NO_SHORT_IDS = PROFILES["no_short_ids"]
ODD_MANNERS = PROFILES["odd_manners"]
FAST_LINK = PROFILES["fast_link"]
