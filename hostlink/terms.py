"""The words both ends of the cable use. The integer values are the wire values: never reuse one.

Source: facts/oqs.md §4 and §7; docs/GLOSSARY.md gives the Japanese term of each word.
"""

from enum import IntEnum, unique


@unique
class CardKind(IntEnum):
    """What lies on the reader, told by SELECT and the token label, never by the ATR.

    Source: facts/card.md §1.2 and §8.2.
    """

    MY_NUMBER = 1
    """マイナンバーカード."""
    FACE_ONLY = 2
    """顔認証マイナンバーカード: no usable PIN."""
    ANDROID = 3
    """Android phone with the certificates for phones."""
    IPHONE = 4
    """iPhone with the certificates for phones."""


@unique
class VerificationMethod(IntEnum):
    """How the patient was shown to be the holder of the card."""

    FACE = 1
    PIN = 2
    STAFF = 3
    """目視確認: a member of staff compared face and card."""
    PHONE = 4
    """The phone itself asked for face, finger or code."""


@unique
class MatchBand(IntEnum):
    """How clearly a face matched; the score itself never leaves the reader.

    Whoever sees exact scores can climb them to a face that matches (facts/security.md).
    """

    CLEAR_MATCH = 1
    """Far on the matching side of the threshold."""
    MATCH = 2
    """On the matching side."""


@unique
class ConsentItem(IntEnum):
    """Medical information a patient may let the clinic see (OQSCD036, facts/oqs.md §3.3)."""

    SURGERY = 1
    """手術・傷病名・感染症 (SHJ)."""
    DIAGNOSIS = 2
    """診療・アレルギー・検査 (SRJ)."""
    MEDICATION = 3
    """薬剤・処方 (YZK)."""
    HEALTH_CHECKUP = 4
    """特定健診 (TKK)."""


@unique
class Question(IntEnum):
    """What a patient decides at the reader beside the consents (facts/oqs.md §7.4, §7.5)."""

    SUBSIDY = 1
    """医療費助成の受給者証 (PMH): use it for this visit?"""
    PRESCRIPTION = 2
    """処方箋: electronic or on paper? Asked where it is chosen at reception (OQSCD039 = 2)."""


@unique
class Decision(IntEnum):
    """What a patient decided."""

    USE_SUBSIDY = 1
    NO_SUBSIDY = 2
    ELECTRONIC_PRESCRIPTION = 3
    PAPER_PRESCRIPTION = 4


DECISIONS = {
    Question.SUBSIDY: (Decision.USE_SUBSIDY, Decision.NO_SUBSIDY),
    Question.PRESCRIPTION: (Decision.ELECTRONIC_PRESCRIPTION, Decision.PAPER_PRESCRIPTION),
}
"""Each question with its two answers."""
QUESTION_OF = {decision: question for question, made in DECISIONS.items() for decision in made}
"""What each decision answers."""


@unique
class Emergency(IntEnum):
    """What a reader is set to that serves no ordinary reception (facts/oqs.md §7.10, §11.3)."""

    AMBULANCE = 1
    """マイナ救急: the crew operate it, and the patient consents by word of mouth."""
    DISASTER = 2
    """災害時: whoever has no card is looked up by name and date of birth on the reception PC."""


CONSENT_HOURS = 24
"""How long a consent lets the clinic see: what the patient is told, and what reception is told
(閲覧有効期限, facts/oqs.md §3.3)."""


@unique
class ConsentAnswer(IntEnum):
    """What the patient said. An item that was not asked has no answer at all."""

    REFUSED = 0
    GIVEN = 1
    UNOBTAINABLE = 3
    """同意取得困難 (OQSCD016): the patient was asked in an emergency and could not answer."""


@unique
class VisitOutcome(IntEnum):
    """How a visit at the reader ended."""

    COMPLETED = 1
    FAILED = 2
    """It could not go on; the failure code says why."""
    ABANDONED = 3
    """The patient left, cancelled or took the card away."""


@unique
class FailureCode(IntEnum):
    """Why a visit did not complete. Each has its own page for the patient and line for staff."""

    CARD_REMOVED = 10
    CARD_UNREADABLE = 11
    """The card answers wrongly or not at all."""
    CARD_NOT_ACCEPTED = 12
    """A chip, but no My Number card, and none of the kinds that have a code of their own."""
    CARD_NOT_GENUINE = 13
    """The signature over the challenge is not by the key of the certificate that was shown."""
    CARD_EXPIRED = 14
    CERTIFICATE_EXPIRED = 15
    CERTIFICATE_INVALID = 16
    """Not a 利用者証明用電子証明書 of a trusted issuer."""
    CERTIFICATE_NOT_YET_VALID = 17
    CERTIFICATE_MISSING = 18
    """The card holds no 利用者証明用電子証明書: never asked for, or taken off the card."""
    READER_UNAVAILABLE = 20
    """The card reader hardware or its service stopped answering."""
    CAMERA_UNAVAILABLE = 21
    STORAGE_UNAVAILABLE = 22
    """The result could not be kept durably."""
    FACE_UNAVAILABLE = 23
    """This reader checks no faces at all, and a 顔認証マイナンバーカード has no other way."""
    RESULTS_WAITING = 24
    """The reader holds as many results as it may: the agent must take some first."""
    PRINTED_CODE_UNREADABLE = 30
    """照合番号B could not be read from the card's front."""
    PRINTED_CODE_LOCKED = 31
    PHOTO_UNREADABLE = 32
    PRINTED_CODE_REJECTED = 33
    """照合番号B was read from the card's front, but the card says that it is wrong."""
    FACE_NOT_SEEN = 40
    FACE_NOT_MATCHED = 41
    FACE_NOT_LIVE = 42
    """What stood before the camera looked like a picture, or changed into somebody else."""
    FACE_MOVEMENT_NOT_SEEN = 43
    """The patient did not blink or turn in time, or cannot; nothing speaks against them."""
    HOLDER_TOO_YOUNG = 44
    """A child under 12: such faces are told apart too badly (PIN or staff)."""
    HOLDER_AGE_UNKNOWN = 45
    """The card names no day of birth, or the reader does not know today's: it may be a child."""
    STAFF_CHECK_LOCKED = 46
    """The facility password cannot be compared: locked, not set, or its comparison hangs."""
    PIN_LOCKED = 50
    PIN_REJECTED = 51
    """Wrong too often while the card lay here; the card itself is not locked."""
    PIN_OUTCOME_UNKNOWN = 52
    """The card was lost while it checked the PIN; the PIN is never sent again by itself."""
    PIN_NEEDED = 53
    """The face matched, but this card does not let this reader use its key without the PIN."""
    PIN_EXPIRED = 54
    """The typed PIN waited too long, to be confirmed or for the card, and was wiped unsent."""
    PHONE_NOT_AUTHENTICATED = 55
    """An iPhone was laid down before it had asked its holder for face, finger or code."""
    AGENT_UNREACHABLE = 60
    ELIGIBILITY_UNREACHABLE = 61
    ELIGIBILITY_NOT_FOUND = 62
    REGISTRATION_DECLINED = 63
    NOT_REGISTERED = 64
    """No 利用登録, and nobody here who could agree to it."""
    ELIGIBILITY_OF_ANOTHER = 65
    """Whom the answer is about was born on another day than whom the card's record is about."""
    TIMED_OUT = 70
    CANCELLED = 71
    """The patient pressed "end"."""
    CARD_RECORD_UNTRUSTED = 80
    """The card-surface record is not signed by an issuer under a configured anchor."""
    CARD_RECORD_ALTERED = 81
    """The card-surface record was changed after it was signed."""
    CARD_PHOTO_SWAPPED = 82
    """The record is as it was signed, but the photo is not the one it was signed with."""
    CARD_CLONED = 83
    """The chip does not hold the key of the record that it shows."""
    INTERNAL = 90
    OLD_RESIDENT_CARD = 100
    """住基カード."""
    DRIVING_LICENCE = 101
    TRANSIT_CARD = 102
    """交通系 or electronic-money card (FeliCa)."""
    BANK_CARD = 103
    """Payment or cash card, or a phone that offers one."""
    RESIDENCE_CARD = 104
    """在留カード or 特別永住者証明書."""
    SEVERAL_CARDS = 110
    """More than one card lies on the reader."""
    CARD_IN_CASE = 111
    """The card is still in its case."""
    CARD_FACE_DOWN = 112
    """The card's back is up, so its front cannot be read."""
    CARD_UPSIDE_DOWN = 113
    """The card lies the wrong way round, and its front could not be read like that."""


@unique
class Notice(IntEnum):
    """Something the patient should be told although the visit goes on."""

    CERTIFICATE_EXPIRES_SOON = 1
    """証明書の有効期限が3か月以内."""
    CERTIFICATE_IN_GRACE = 2
    """Expired less than three months ago: eligibility only, no medical information."""
    CARD_EXPIRES_SOON = 3
    ELIGIBILITY_LATER = 4
    """The eligibility source did not answer; it is asked again when the patient has left."""


@unique
class VisitStep(IntEnum):
    """Where a patient is, as coarse as reception needs it: never how often something was tried."""

    CARD_READ = 1
    """Something was laid on the reader and is being recognised."""
    CHOOSING = 2
    """Face or PIN?"""
    FACE = 3
    PRINTED_CODE = 4
    """Somebody types the code printed on the card."""
    PIN = 5
    """From the first page that asks for it until the card has accepted it."""
    STAFF_WANTED = 6
    """The page that asks for the facility password was opened: staff are to come (目視確認)."""
    STAFF_COMPARING = 7
    """Staff, or the crew of an ambulance, compare face and card."""
    ELIGIBILITY = 8
    """資格確認: the card proves itself, and the agent asks who this is."""
    ANSWERING = 9
    """利用登録, consents, other questions."""
    CARD_TO_BE_TAKEN = 10
    """It is over, however it ended; the card still lies there."""
    LEFT = 11
    """The card is gone, or the reader went out of service."""


@unique
class PairingRefusal(IntEnum):
    """Why a pairing came to nothing."""

    DIGITS_DIFFER = 1
    """Somebody saw different digits: another device may sit between the two ends."""
    DECLINED = 2
    """Somebody did not want it."""
    TIMED_OUT = 3
    NOT_GENUINE = 4
    """The other end did not keep to what it had committed itself to, or its signature is wrong."""
    TOO_MANY = 5
    """The reader has four pairings already."""
    OTHER_AUDIENCE = 6
    """The reader still works for somebody else: it must be unpaired from them first."""
    NOT_STORED = 7
    """The pairing could not be written to the disk."""
    INTERRUPTED = 8
    """The cable or the other end went away."""


@unique
class TimeSource(IntEnum):
    """Where the reader's wall clock comes from (facts/security.md §5.3)."""

    NONE = 0
    """Power-on estimate, not yet set by anyone."""
    AGENT = 1
    """Told by the agent inside the encrypted session."""
    RTC = 2
