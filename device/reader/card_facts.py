"""What is known about a laid card before the patient does anything."""

from dataclasses import dataclass, field

from hostlink.terms import CardKind


@dataclass(frozen=True, slots=True)
class CardToken:
    """What the card itself says about its kind."""

    label: bytes
    """Token label, 32 bytes, space padded. The old label is a prefix of the new one."""
    has_signing_certificate: bool
    """署名用証明書 is there. Children and many adults have none."""
    has_usable_pin: bool
    """The authentication PIN is not known to be blocked."""

    def has_label(self, text: bytes) -> bool:
        """Whether the whole label is `text`."""
        return self.label == text.ljust(len(self.label))


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Kind of card and what it offers for verification."""

    kind: CardKind
    has_pin: bool
    """The patient may type the PIN on this reader."""
    has_face_photo: bool
    """The card holds a photo to compare a face with."""


@dataclass(frozen=True, slots=True)
class SignedChallenge:
    """The card's proof that it is here, now."""

    certificate: bytes = field(repr=False)
    """利用者証明用電子証明書, X.509 DER."""
    signature: bytes = field(repr=False)
    """RSASSA-PKCS1-v1_5 with SHA-256 over the challenge."""
