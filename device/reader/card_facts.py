"""What is known about a laid card before the patient does anything."""

from dataclasses import dataclass, field
from datetime import date

from hostlink.terms import CardKind


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Kind of card and what it offers for verification."""

    kind: CardKind
    has_pin: bool
    """The patient may type the PIN on this reader."""
    has_face_photo: bool
    """The card holds a photo to compare a face with."""
    pin_tries_left: int | None
    """As the card says: 0 to 3, a strange one up to 15. None: there is no PIN to type."""
    expiry: date | None
    """The card's own last day; None: not told, as by phones."""
    token_id: bytes | None = field(default=None, repr=False)
    """Names this phone, whose certificate can be read only after its PIN. None: a card, which its
    certificate names, for that can be read at once."""


@dataclass(frozen=True, slots=True)
class SignedChallenge:
    """The card's proof that it is here, now."""

    certificate: bytes = field(repr=False)
    """利用者証明用電子証明書, X.509 DER."""
    signature: bytes = field(repr=False)
    """RSASSA-PKCS1-v1_5 with SHA-256 over the challenge."""
