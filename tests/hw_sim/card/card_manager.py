"""GlobalPlatform card manager: what is selected at power-up.

Source: facts/card.md §3.6, §1.1 (tag 5F51).
"""

from tests.hw_sim.card import aids
from tests.hw_sim.card.application import Application
from tests.hw_sim.card.profile import CONTACT_ATR, CardProfile

_CONTACT_ATR_TAG = 0x5F51


def build_card_manager(profile: CardProfile) -> Application:
    """The card manager with its free data objects."""
    objects = {
        0x00F0: profile.municipality_code.encode("ascii"),
        0x00F2: f"{profile.card_expiry:%Y%m%d}".encode("ascii"),
    }
    if profile.is_contact_atr_at_card_manager:
        objects |= contact_atr_object()
    return Application(aids.CARD_MANAGER, {}, profile, data_objects=objects, is_card_manager=True)


def contact_atr_object() -> dict[int, bytes]:
    """Tag 5F51: the contact interface's ATR without its first byte."""
    return {_CONTACT_ATR_TAG: CONTACT_ATR[1:]}
