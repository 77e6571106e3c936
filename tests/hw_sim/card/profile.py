"""Everything in which one simulated card may differ from another: its switches.

The sentence under each field is what `python -m tests.hw_sim card --list` says of it.
Source: facts/card.md §12.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Self

from tests.hw_sim.card.atrs import ATRS
from tests.hw_sim.card.holder import Holder
from tests.hw_sim.card.link_timing import LinkTiming
from tests.hw_sim.card.pin_names import FULL_TRIES, PinName, Pins
from tests.hw_sim.card.status_words import (
    FILE_NOT_FOUND,
    OFFSET_PAST_END,
    PIN_BLOCKED,
    REFERENCE_NOT_FOUND,
    WRONG_INS,
)

__all__ = [
    "FULL_TRIES",
    "CardKind",
    "CardProfile",
    "CertificateLook",
    "PhotoState",
    "PinName",
    "Pins",
    "Tampering",
]


class CardKind(Enum):
    """What lies on the reader."""

    MY_NUMBER = "my_number"
    FACE_ONLY = "face_only"
    ANDROID = "android"
    IPHONE = "iphone"
    JUKI = "juki"
    DRIVING_LICENCE = "driving_licence"
    RESIDENCE_CARD = "residence_card"
    BANK_CARD = "bank_card"
    WALLET_PHONE = "wallet_phone"
    TRANSIT = "transit"
    NEXT_GENERATION = "next_generation"
    EVIL = "evil"
    SILENT = "silent"


class Tampering(Enum):
    """What somebody did to the chip after the card was issued."""

    PHOTO = "photo"
    """A few bytes of the photo were painted over: only the third digest differs."""
    PHOTO_SWAPPED = "photo_swapped"
    """DF27 is another person's photo: only the third digest differs."""
    ATTRIBUTES = "attributes"
    """Name and address were changed: only the second digest differs."""
    BIRTH_DATE = "birth_date"
    """The birth date was changed: only the first digest differs."""
    RECORD_SWAPPED = "record_swapped"
    """EF 0002 comes whole from another person's genuine card, so it names another chip's key."""
    CLONED = "cloned"
    """The holder's own genuine records were copied onto a chip with another key."""
    CV_CERTIFICATE = "cv_certificate"
    """EF 0004 was changed: the record CA's signature no longer fits."""
    RECORD_ISSUER_UNKNOWN = "record_issuer_unknown"
    """All records are signed soundly, under a CA that nobody trusts."""
    CERTIFICATE_CLONED = "certificate_cloned"
    """JPKI EF 000A is another card's genuine certificate, over a key that this chip lacks."""


class PhotoState(Enum):
    """The photo in EF 0002, soundly signed in any case."""

    PRESENT = "present"
    ABSENT = "absent"
    """The photo object is empty."""
    CORRUPT = "corrupt"
    """The JPEG 2000 file breaks off in the middle."""
    BLURRED = "blurred"
    """Out of focus, so that nobody could be told by it."""


class CertificateLook(Enum):
    """How names and policies in the JPKI certificates look; the keys are always our own."""

    OWN = "own"
    """O=UKETSUKE-TEST, policy arc 8.5.1.0."""
    TEST_CARD = "test_card"
    """O=JPKI-TEST, policy arc 8.5.1.0, as on the test cards of the issuing agency."""
    PRODUCTION = "production"
    """Four-part names and the policies of cards in the field, of an invented agency."""


@dataclass(frozen=True, slots=True)
class CardProfile:
    """One card's holder, content and manners."""

    holder: Holder
    """To whom the card is issued."""
    kind: CardKind = CardKind.MY_NUMBER
    """Which applications and token label it has."""
    atr: bytes = ATRS["contactless"]
    """What the reader reports at power-up: a name of `atrs.py`, or hex."""
    unique_id: bytes = bytes.fromhex("5A3C19E7")
    """What the reader tells as FFCA000000: PUPI, UID or IDm; empty = the reader refuses."""
    card_expiry: date = date(2035, 3, 14)
    """Last day of validity, printed on the front."""
    municipality_code: str = "99999"
    """5 digits, a municipality that does not exist."""
    pins: Pins = field(default_factory=Pins)
    """Secrets of the holder."""
    tries_left: Mapping[PinName, int | None] = field(default_factory=dict)
    """Tries at the start where they differ from an untouched card's; negative = never blocks."""
    has_jpki: bool = True
    """The JPKI application is there; some 住基カード have none."""
    foreign_aids: tuple[bytes, ...] = ()
    """Further applications that answer SELECT, such as a licence on a My Number card."""
    certificates_present: bytes = b"\x8f\x8f\x00"
    """JPKI EF 0008: signature, authentication, unknown; 8F = present."""
    certificate_age_days: int = 365
    """Days since the certificates became valid, from the day of issue; negative = not yet."""
    certificate_days_left: int = 4 * 365
    """Days until the certificates expire; negative = expired already."""
    certificate_look: CertificateLook = CertificateLook.OWN
    """Names and policies in the certificates: own, test_card or production."""
    is_authentication_certificate_free: bool = True
    """False: EF 000A opens only after the authentication PIN, as on Android."""
    is_holder_authenticated: bool = True
    """iPhone: the holder has authenticated on it; otherwise key and certificate answer 6982."""
    is_status_kept_on_reselect: bool = True
    """Selecting an application keeps what was verified."""
    is_status_kept_on_reset: bool = True
    """A warm reset keeps what was verified; power-off never does."""
    is_first_command_lost: bool = False
    """The first command after power-up answers 6F00."""
    blocked_status_word: int = PIN_BLOCKED
    """Answer to VERIFY on a blocked reference: 0x6984, 0x6983 or 0x63C0."""
    is_empty_verify_ok_once_verified: bool = False
    """The query for tries left answers 9000 after a success instead of 63Cx."""
    short_id_status_word: int | None = None
    """Every command that names a file by short id is refused with this, e.g. 0x6A82."""
    end_of_file_status_word: int = OFFSET_PAST_END
    """0x6B00 only past the end, or 0x6282 (or 0x6281) with every short answer."""
    is_extended_accepted: bool = False
    """Extended Lc/Le is understood everywhere; otherwise 6700 where it is not needed."""
    is_answer_fetched: bool = False
    """As with T=0: data is announced by 61xx and fetched with GET RESPONSE."""
    is_exact_le_demanded: bool = False
    """As with T=0: an Le above what is there is refused with 6Cxx."""
    is_select_without_answer_known: bool = True
    """SELECT with P2=0C is understood; otherwise 6A86, as payment cards may answer."""
    unknown_application_status_word: int = FILE_NOT_FOUND
    """Answer to SELECT of an application that is not there: 0x6A82, 0x6A81 or 0x6D00."""
    unknown_instruction_status_word: int = WRONG_INS
    """Answer to an instruction that the card does not know: 0x6D00 or 0x6E00."""
    unknown_data_status_word: int = REFERENCE_NOT_FOUND
    """Answer to GET DATA of an object that is not there: 0x6A88 or 0x6A82."""
    absent_data_objects: frozenset[int] = frozenset()
    """Tags that the card manager lacks, e.g. [0x00F2]."""
    is_terminal_trusted: bool = True
    """A terminal of our own test hierarchy may replace the PIN (only My Number cards)."""
    is_contact_atr_at_card_manager: bool = True
    """GET DATA 5F51 works before an application is selected; otherwise only inside one."""
    filler_bytes: int = 0
    """FF bytes after the object in every file."""
    has_long_outer_length: bool = False
    """Outer lengths of both EF 0002 and both EF 0004 have a leading zero, as 82 00 xx."""
    photo_state: PhotoState = PhotoState.PRESENT
    """The photo: present, absent, corrupt or blurred."""
    least_photo_bytes: int = 0
    """A smaller photo is filled up to this size behind its picture, up to about 28,000 bytes."""
    tampered: frozenset[Tampering] = frozenset()
    """What was done to the chip after it was issued."""
    link: LinkTiming = field(default_factory=LinkTiming)
    """Bit rate and the times the chip needs, for the virtual clock."""
    evil_seed: int = 0
    """Evil card: where its random answers begin."""

    @property
    def is_my_number_card(self) -> bool:
        """It has the applications of the plastic card: front, text and common data."""
        return self.kind in (CardKind.MY_NUMBER, CardKind.FACE_ONLY, CardKind.EVIL)

    @property
    def has_my_number_chip(self) -> bool:
        """It has the card manager and JPKI, as cards, phones and 住基カード do."""
        is_older = self.kind in (CardKind.ANDROID, CardKind.IPHONE, CardKind.JUKI)
        return self.is_my_number_card or is_older

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
        tries = self.tries_left.get(name, FULL_TRIES[name])
        return None if tries is None or tries < 0 else tries

    def padded(self, content: bytes) -> bytes:
        """A file's content followed by this card's filler."""
        return content + b"\xff" * self.filler_bytes
