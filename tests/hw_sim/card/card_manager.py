"""GlobalPlatform card manager: what is selected at power-up.

What the objects contain is not public but for expiry, municipality and ATR: here they have a
plausible shape and name nobody. 00F7, 00F8 and 7F21 are card-verifiable certificates of our own
record CA; at 568 bytes they need the extended Le.
Source: facts/card.md §3.6, §3.7, §1.1 (tag 5F51).
"""

from tests.hw_sim.card import aids
from tests.hw_sim.card.application import Application
from tests.hw_sim.card.atrs import ATRS
from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card.record_keys import RecordKeys

_CONTACT_ATR_TAG = 0x5F51
_RECOGNITION = bytes.fromhex("7306072A864886FC6B01")
"""Card recognition data with GlobalPlatform's own object identifier."""


def build_card_manager(profile: CardProfile, keys: RecordKeys) -> Application:
    """The card manager with its free data objects."""
    objects = {
        0x0042: b"TESTIIN0",
        0x0045: profile.holder.serial.encode("ascii"),
        0x0066: _RECOGNITION,
        0x00F0: profile.municipality_code.encode("ascii"),
        0x00F2: f"{profile.card_expiry:%Y%m%d}".encode("ascii"),
        0x00F7: keys.ca_certificate(),
        0x00F8: keys.cv_certificate(),
        0x7F21: keys.cv_certificate(),
    }
    if profile.is_contact_atr_at_card_manager:
        objects |= contact_atr_object()
    for tag in profile.absent_data_objects:
        objects.pop(tag, None)
    return Application(aids.CARD_MANAGER, {}, profile, data_objects=objects, is_card_manager=True)


def contact_atr_object() -> dict[int, bytes]:
    """Tag 5F51: the contact interface's ATR without its first byte."""
    return {_CONTACT_ATR_TAG: ATRS["contact"][1:]}
