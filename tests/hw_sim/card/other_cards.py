"""What else patients lay down: chips that answer SELECT for other applications, and nothing more.

None of them holds files here, because no reader at a reception has business in them.
Source: EMV Contactless Book B §3.3 (payment environments); facts/card.md §2 (cards that carry
several applications).
"""

from collections.abc import Mapping

from tests.hw_sim.card import aids
from tests.hw_sim.card.application import Application
from tests.hw_sim.card.profile import CardKind, CardProfile
from tests.hw_sim.card.tlv import tlv

_AIDS_OF_KIND: Mapping[CardKind, tuple[bytes, ...]] = {
    CardKind.DRIVING_LICENCE: aids.DRIVING_LICENCE,
    CardKind.RESIDENCE_CARD: aids.RESIDENCE_CARD,
    CardKind.WALLET_PHONE: (aids.CONTACTLESS_PAYMENT,),
}
_PAYMENT_AID = bytes.fromhex("A000000000000001")
"""A payment application of no scheme."""


def build_other_applications(profile: CardProfile) -> list[Application]:
    """The applications of this kind of card, then those the profile adds."""
    names = _AIDS_OF_KIND.get(profile.kind, ()) + profile.foreign_aids
    return [Application(aid, {}, profile, select_answer=_control_information(aid)) for aid in names]


def _control_information(aid: bytes) -> bytes:
    """What SELECT with P2=00 answers: the name, and for a payment environment its one entry."""
    content = tlv(0x84, aid)
    if aid in (aids.CONTACTLESS_PAYMENT, aids.CONTACT_PAYMENT):
        entry = tlv(0x61, tlv(0x4F, _PAYMENT_AID) + tlv(0x87, b"\x01"))
        content += tlv(0xA5, tlv(0xBF0C, entry))
    return tlv(0x6F, content)
