"""What no reader could do without: counted from the card's content, not from anybody's commands.

Every object that a visit needs crosses the link once, at the link's raw speed, and each costs the
chip one command for every 256 bytes of it, besides the chip's own cryptography. What the chip
takes for a command is an assumption of the simulator, so the bound is also told without it.
"""

from dataclasses import dataclass
from math import ceil

from benchmarks.card_visits import PlannedVisit, Proof
from device.reader.face_record import FaceLayout
from tests.device.reader.issued_records import certificate_of, surface_of
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.link_timing import LinkTiming

COMMON_RECORD_BYTES = 30
"""Tag, length, 28 digits with the expiry date; phones have none."""
LABEL_BYTES = 32
"""Token label: which kind of card it is."""
DIGEST_INFO_BYTES = 51
"""What is signed: SHA-256 in its DigestInfo."""
SIGNATURE_BYTES = 256
PIN_BYTES, CODE_BYTES = 4, 14
TERMINAL_CHALLENGE_BYTES = 8
MOST_BYTES = 256
"""Of data in one short command."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What one visit needs, whoever reads."""

    objects: tuple[int, ...]
    """Size of each object that must cross the link, bytes."""
    cryptography_s: float
    """What the chip computes for it."""

    def strict_seconds(self, timing: LinkTiming) -> float:
        """Bytes at the link's raw speed and the chip's cryptography, nothing else."""
        return timing.raw_s(sum(self.objects)) + self.cryptography_s

    def seconds(self, timing: LinkTiming) -> float:
        """The same with the commands that carry the objects."""
        commands = sum(ceil(size / MOST_BYTES) for size in self.objects)
        return self.strict_seconds(timing) + commands * timing.processing_s


def bound_of(planned: PlannedVisit, card: SimulatedCard, terminal_certificate_bytes: int) -> Bound:
    """What a visit with this card needs; what is read ahead in vain is no part of it."""
    timing = card.timing
    common = (COMMON_RECORD_BYTES,) if planned.profile.is_my_number_card else ()
    objects = (*common, LABEL_BYTES, len(certificate_of(card)), DIGEST_INFO_BYTES, SIGNATURE_BYTES)
    match planned.proof:
        case Proof.ON_PHONE:
            return Bound(objects, timing.rsa_private_s)
        case Proof.PIN:
            return Bound((*objects, PIN_BYTES), timing.rsa_private_s + timing.pin_compare_s)
        case Proof.FACE:
            photo = (CODE_BYTES, *_record_bytes(card), DIGEST_INFO_BYTES, SIGNATURE_BYTES)
            terminal = (terminal_certificate_bytes, TERMINAL_CHALLENGE_BYTES, SIGNATURE_BYTES)
            signing_s = 2 * (timing.rsa_private_s + timing.rsa_public_s)
            return Bound((*objects, *photo, *terminal), signing_s + timing.pin_compare_s)


def _record_bytes(card: SimulatedCard) -> tuple[int, int, int]:
    """Table to DF24, DF27 to DF29, and the CVC: all that the checks of genuineness are over."""
    surface = surface_of(card)
    layout = FaceLayout.parse(surface.face[:MOST_BYTES])
    return layout.identity_end, layout.photo_end - layout.photo_begin, len(surface.certificate)
