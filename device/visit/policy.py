"""How long each step waits and how often a patient may try; the clinic's configuration sets it."""

from dataclasses import dataclass

from hostlink.terms import Emergency


@dataclass(frozen=True, slots=True)
class VisitPolicy:
    """Limits of one visit. Times are generous: patients may be old or ill."""

    recognise_s: float = 10.0
    """The card must be recognised within this time."""
    choose_s: float = 60.0
    """The patient reads and chooses."""
    face_s: float = 60.0
    """One face check, until its decision; the check itself ends 10 s earlier, which are left for
    opening the camera and reading the photo."""
    pin_s: float = 60.0
    """Typing four digits."""
    type_code_s: float = 180.0
    """Reading 14 digits off the card and typing them."""
    card_work_s: float = 15.0
    """The card checks a PIN."""
    agent_s: float = 20.0
    """The reception PC and the eligibility source answer."""
    save_s: float = 10.0
    """The result is signed and on the disk."""
    warn_s: float = 20.0
    """A silent patient is warned this long before the visit ends (WCAG 2.2, 2.2.1: 20 s)."""
    notice_s: float = 12.0
    """A page that only tells something stays this long."""
    take_card_reminder_s: float = 8.0
    """A card left on the reader is called out again after this time."""
    face_attempts: int = 3
    """Face checks while one card lies here (facts/security.md §6.5)."""
    wrong_pins: int = 2
    """Wrong PINs while one card lies here; the third try of the card is left to another day."""
    staff_compare_s: float = 20.0
    """Staff compare face and card; nobody else shall find that page, so it cannot be prolonged."""
    may_staff_verify: bool = False
    """Staff may compare patient and card themselves, with the facility password (目視確認)."""
    emergency: Emergency | None = None
    """What the reader serves instead of an ordinary reception."""
    may_type_printed_code: bool = False
    """The printed code may be typed where it cannot be read; the digits stand on the screen."""
