"""What a desk is told when it is made, and what it asks of others."""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509

from agent.eligibility.port import EligibilityQuery
from agent.trust import CardTrust
from hostlink.messages import Message
from hostlink.terms import Emergency, Notice


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the eligibility source and the proof of identity that led to it."""

    query: EligibilityQuery
    identity: bytes
    """SHA-256 of the proof."""
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class DeskTerms:
    """Who this agent is and whom it trusts."""

    audience: str
    medical_institution_code: str
    """10 digits."""
    roots: tuple[x509.Certificate, ...]
    """Makers of readers."""
    cards: CardTrust
    may_ask_later: bool = False
    """A visit may be completed although the eligibility source does not answer."""
    emergency: Emergency | None = None
    """What the reader is meant to serve instead of an ordinary reception."""


@dataclass(frozen=True, slots=True)
class DeskDoors:
    """Where the desk's words go; none of these may block."""

    send: Callable[[Message], bool]
    """To the reader; False when the link is down."""
    once_kept: Callable[[Callable[[], None]], None]
    """Do this as soon as all that the desk has changed is on the disk, or never."""
    ask: Callable[[Question], None]
    """Start a question to the eligibility source."""
    wake_delivery: Callable[[bytes], None]
    """The result of this visit is here."""
