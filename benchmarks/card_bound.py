"""What no reader could do without: counted from the card's content, not from anybody's commands.

Every object that a visit needs crosses the link once, at the link's raw speed, and each costs the
chip one command for every 256 bytes of it, besides the chip's own cryptography.
"""

from dataclasses import dataclass
from math import ceil

from device.reader.face_record import FaceLayout
from tests.device.reader.issued_records import certificate_of, surface_of
from tests.hw_sim.card.card import SimulatedCard

COMMON_RECORD_BYTES = 30
"""Tag, length, 28 digits with the expiry date."""
LABEL_BYTES = 32
"""Token label: which kind of card it is."""
DIGEST_INFO_BYTES = 51
"""What is signed: SHA-256 in its DigestInfo."""
SIGNATURE_BYTES = 256
PIN_BYTES, CODE_BYTES = 4, 14
TERMINAL_CHALLENGE_BYTES = 8
MOST_BYTES = 256
"""Of data in one short command."""


@dataclass(frozen=True)
class Bound:
    """What one visit needs, whoever reads."""

    objects: tuple[int, ...]
    """Size of each object that must cross the link, bytes."""
    cryptography_s: float
    """What the chip computes for it."""

    def seconds(self, card: SimulatedCard) -> float:
        """On this card's link."""
        commands = sum(ceil(size / MOST_BYTES) for size in self.objects)
        on_the_link_s = card.timing.raw_s(sum(self.objects))
        return on_the_link_s + commands * card.timing.processing_s + self.cryptography_s


def bound_of(card: SimulatedCard, terminal_certificate_bytes: int, *, is_by_face: bool) -> Bound:
    """What a visit with this card needs."""
    timing = card.timing
    objects = [COMMON_RECORD_BYTES, LABEL_BYTES, len(certificate_of(card))]
    objects += [DIGEST_INFO_BYTES, SIGNATURE_BYTES]
    if not is_by_face:
        return Bound((*objects, PIN_BYTES), timing.rsa_private_s + timing.pin_compare_s)
    objects += [CODE_BYTES, *_record_bytes(card), DIGEST_INFO_BYTES, SIGNATURE_BYTES]
    objects += [terminal_certificate_bytes, TERMINAL_CHALLENGE_BYTES, SIGNATURE_BYTES]
    signing_s = 2 * (timing.rsa_private_s + timing.rsa_public_s)
    return Bound(tuple(objects), signing_s + timing.pin_compare_s)


def _record_bytes(card: SimulatedCard) -> tuple[int, int, int]:
    """Table to DF24, DF27 to DF29, and the CVC: all that the checks of genuineness are over."""
    surface = surface_of(card)
    layout = FaceLayout.parse(surface.face[:MOST_BYTES])
    return layout.identity_end, layout.photo_end - layout.photo_begin, len(surface.certificate)
