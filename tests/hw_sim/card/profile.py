"""Everything in which one simulated card may differ from another.

Source: facts/card.md §12.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum, auto
from typing import Self

from tests.hw_sim.card.holder import Holder
from tests.hw_sim.card.status_words import OFFSET_PAST_END, PIN_BLOCKED

CONTACT_ATR = bytes.fromhex("3BDA13FF8131FB468012392F31C173C601C03B")
"""A My Number card in a contact slot (facts/card.md §1.1)."""
CONTACTLESS_ATR = bytes.fromhex("3B888001000005E0B381A1007F")
"""A My Number card on a contactless reader (facts/card.md §1.1)."""


class CardKind(Enum):
    """What lies on the reader."""

    MY_NUMBER = auto()
    FACE_ONLY = auto()
    ANDROID = auto()
    IPHONE = auto()
    JUKI = auto()
    FOREIGN = auto()


class PinName(Enum):
    """A secret's reference: application and file."""

    JPKI_AUTHENTICATION = auto()
    JPKI_SIGNATURE = auto()
    TEXT_PIN = auto()
    TEXT_CODE_A = auto()
    TEXT_CODE_B = auto()
    SURFACE_BIRTH_DATE = auto()
    SURFACE_CODE_A = auto()
    SURFACE_CODE_B = auto()
    COMMON_PIN = auto()
    RESIDENT_PIN = auto()


FULL_TRIES: Mapping[PinName, int] = {
    PinName.JPKI_AUTHENTICATION: 3,
    PinName.JPKI_SIGNATURE: 5,
    PinName.TEXT_PIN: 3,
    PinName.TEXT_CODE_A: 10,
    PinName.TEXT_CODE_B: 10,
    PinName.SURFACE_BIRTH_DATE: 10,
    PinName.SURFACE_CODE_A: 10,
    PinName.SURFACE_CODE_B: 10,
    PinName.COMMON_PIN: 3,
    PinName.RESIDENT_PIN: 3,
}
"""Tries of an untouched card (facts/card.md §4)."""


class Tampering(Enum):
    """A part of the records that was changed after it was signed."""

    PHOTO = auto()
    ATTRIBUTES = auto()
    CV_CERTIFICATE = auto()


@dataclass(frozen=True, slots=True)
class Pins:
    """The secrets the holder chose."""

    authentication: str = field(default="1234", repr=False)
    """4 digits, 利用者証明用."""
    signature: str = field(default="ABC123", repr=False)
    """6 to 16 capital letters and digits, 署名用."""
    text: str = field(default="2345", repr=False)
    """4 digits, 券面事項入力補助用."""
    resident: str = field(default="3456", repr=False)
    """4 digits, 住民基本台帳用."""


@dataclass(frozen=True, slots=True)
class CardProfile:
    """One card's holder, content and manners."""

    holder: Holder
    """To whom the card is issued."""
    kind: CardKind = CardKind.MY_NUMBER
    """Which applications and token label it has."""
    atr: bytes = CONTACTLESS_ATR
    """What the reader reports at power-up."""
    card_expiry: date = date(2035, 3, 14)
    """Last day of validity, printed on the front."""
    municipality_code: str = "99999"
    """5 digits, a municipality that does not exist."""
    pins: Pins = field(default_factory=Pins)
    """Secrets of the holder."""
    tries_left: Mapping[PinName, int | None] = field(default_factory=dict)
    """Tries at the start where they differ from FULL_TRIES; None = never blocks (6300)."""
    certificates_present: bytes = b"\x8f\x8f\x00"
    """JPKI EF 0008: signature, authentication, unknown; 8F = present."""
    certificate_age_days: int = 365
    """Days since the certificates became valid, counted from the day of issue."""
    certificate_days_left: int = 4 * 365
    """Days until the certificates expire; negative = expired already."""
    is_authentication_certificate_free: bool = True
    """False: EF 000A opens only after the authentication PIN, as on Android."""
    is_status_kept_on_reselect: bool = True
    """Selecting an application keeps what was verified."""
    is_status_kept_on_reset: bool = True
    """A warm reset keeps what was verified; power-off never does."""
    is_first_command_lost: bool = False
    """The first command after power-up answers 6F00."""
    blocked_status_word: int = PIN_BLOCKED
    """Answer to VERIFY on a blocked reference: 6984, 6983 or 63C0."""
    is_empty_verify_ok_once_verified: bool = False
    """The query for tries left answers 9000 after a success instead of 63Cx."""
    end_of_file_status_word: int = OFFSET_PAST_END
    """6B00 only past the end, or 6282 with every short answer."""
    is_extended_accepted: bool = False
    """Extended Lc/Le is understood; otherwise 6700."""
    is_terminal_trusted: bool = True
    """A terminal of our own test hierarchy may replace the PIN (only My Number cards)."""
    is_contact_atr_at_card_manager: bool = True
    """GET DATA 5F51 works before an application is selected; otherwise only inside one."""
    filler_bytes: int = 0
    """FF bytes after the object in every file."""
    has_long_outer_length: bool = False
    """The text record's outer length is written as 82 xx xx."""
    tampered: frozenset[Tampering] = frozenset()
    """Parts whose signature no longer fits."""

    @property
    def matching_code_a(self) -> str:
        """照合番号A: 12 digits."""
        return self.holder.my_number

    @property
    def matching_code_b(self) -> str:
        """照合番号B: 14 digits, all printed on the card's front."""
        year = f"{self.card_expiry:%Y}"
        return self.holder.printed_birth_digits + year + self.holder.security_code

    def issued_to(self, holder: Holder) -> Self:
        """The same card in another person's hand."""
        return replace(self, holder=holder)

    def start_tries(self, name: PinName) -> int | None:
        """Tries left when the card is issued, None = unlimited."""
        return self.tries_left.get(name, FULL_TRIES[name])

    def padded(self, content: bytes) -> bytes:
        """A file's content followed by this card's filler."""
        return content + b"\xff" * self.filler_bytes
