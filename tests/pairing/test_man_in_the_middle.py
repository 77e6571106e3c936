"""Somebody sits between reader and agent while they are paired, and is caught each time.

The person compares the digits of both displays and answers honestly at both ends. Whoever sits
between has a genuine reader of their own, so that the agent believes their certificates; what they
cannot do is sign as the reader that stands there, or open what a hash has closed.
"""

import itertools
from collections.abc import Callable, Sequence
from hashlib import sha256

import pytest

from agent.pairing.ceremony import AgentCeremony
from hostlink import pairing
from hostlink.messages import (
    Message,
    PairingCommitted,
    PairingNonce,
    PairingRequested,
    PairingRevealed,
)
from hostlink.pairing import PairingTerms, comparison_code
from hostlink.terms import PairingRefusal
from tests.hostlink.paired_ends import certificate_of
from tests.hostlink.pki import OTHER_READER, OTHER_UEID
from tests.pairing.ends import (
    AUDIENCE,
    Pair,
    a_reader_certificate,
    an_agent_certificate,
    in_place,
)

MINE = certificate_of(OTHER_READER)
"""What the one between shows the agent in the session."""


class Between:
    """Two pairings at once: one with the reader as an agent, one with the agent as a reader."""

    def __init__(self) -> None:
        self.as_agent = an_agent_certificate()
        self.as_reader = a_reader_certificate()
        self.nonce = bytes(16)

    def to_reader(self, message: Message) -> Sequence[Message]:
        """What the reader hears in place of the agent's words."""
        match message:
            case PairingRequested():
                return (PairingRequested(self.as_agent, message.audience, message.name),)
            case PairingNonce():
                return (PairingNonce(self.nonce),)
            case _:
                return (message,)

    def to_agent(self, message: Message) -> Sequence[Message]:
        """What the agent hears in place of the reader's."""
        match message:
            case PairingCommitted():
                return (PairingCommitted(self.as_reader, self.commitment(message)),)
            case PairingRevealed():
                return (PairingRevealed(self.reveal(message)),)
            case _:
                return (message,)

    def commitment(self, _: PairingCommitted) -> bytes:
        """Of a nonce of their own, over what the agent will see."""
        return pairing.commitment(self.agent_terms, self.nonce)

    def reveal(self, _: PairingRevealed) -> bytes:
        """That nonce."""
        return self.nonce

    @property
    def agent_terms(self) -> PairingTerms:
        """What the agent believes to agree on."""
        return PairingTerms(MINE, self.as_reader, self.request.certificate, AUDIENCE, "受付１")

    request: PairingRequested


def between(kind: type[Between] = Between, **parts: type[AgentCeremony]) -> tuple[Pair, Between]:
    """A pairing with somebody in it; `parts` are of a design that forgets something."""
    middle = kind()
    pair = Pair(
        to_reader=middle.to_reader,
        to_agent=middle.to_agent,
        session_certificate=MINE,
        **parts,  # type: ignore[arg-type]
    )
    middle.request = pair.request
    return pair, middle


@pytest.mark.parametrize("seed", range(50))
def test_two_pairings_at_once_show_different_digits(seed: int) -> None:
    numbers = itertools.count(seed * 1000)
    pair, middle = between()
    middle.nonce = sha256(str(next(numbers)).encode()).digest()[:16]
    pair.run()
    assert not pair.is_paired
    assert pair.reader.refusal is PairingRefusal.DIGITS_DIFFER


def test_only_listening_is_seen_too() -> None:
    # All words are passed on as they are, but the agent's TLS ends at somebody else's certificate.
    pair = Pair(session_certificate=MINE).run()
    assert not pair.is_paired


@pytest.mark.parametrize(
    "changed",
    [
        {"to_reader": in_place(PairingRequested, certificate=an_agent_certificate())},
        {"to_agent": in_place(PairingCommitted, certificate=a_reader_certificate())},
        {"to_reader": in_place(PairingRequested, audience="another-clinic")},
        {"to_reader": in_place(PairingNonce, nonce=bytes(16))},
        {"to_agent": in_place(PairingRevealed, nonce=bytes(16))},
        {"to_agent": in_place(PairingCommitted, commitment=bytes(32))},
        {"ueid": OTHER_UEID},
    ],
    ids=lambda changed: str(next(iter(changed))),
)
def test_each_single_change_is_caught(changed: dict[str, object]) -> None:
    assert not Pair(**changed).run().is_paired  # type: ignore[arg-type]


class Grinding(Between):
    """Commits to anything, then looks for a nonce that makes the agent show the reader's digits."""

    tries = 3_000_000

    def __init__(self) -> None:
        super().__init__()
        self.agent_nonce = b""
        self.reader_code: Callable[[bytes], str] = lambda _: ""

    def to_reader(self, message: Message) -> Sequence[Message]:
        if isinstance(message, PairingNonce):
            self.agent_nonce = message.nonce
        return super().to_reader(message)

    def to_agent(self, message: Message) -> Sequence[Message]:
        if isinstance(message, PairingCommitted):
            self.reader_certificate = message.certificate
        return super().to_agent(message)

    def reveal(self, revealed: PairingRevealed) -> bytes:
        wanted = self.reader_code(revealed.nonce)
        guesses = (number.to_bytes(16, "big") for number in range(self.tries))
        return next(
            guess
            for guess in guesses
            if comparison_code(self.agent_terms, guess, self.agent_nonce) == wanted
        )


class ForgetsCommitment(AgentCeremony):
    """A bad design: takes whatever nonce the reader reveals."""

    def _check_nonce(self, committed: PairingCommitted, nonce: bytes) -> Message | None:
        self._reader_nonce = nonce
        return None


def grinding(**parts: type[AgentCeremony]) -> Pair:
    pair, middle = between(Grinding, **parts)
    assert isinstance(middle, Grinding)

    def code_at_the_reader(nonce: bytes) -> str:
        own = pair.terms_at_reader(middle.as_agent, middle.reader_certificate)
        return comparison_code(own, nonce, middle.nonce)

    middle.reader_code = code_at_the_reader
    return pair


def test_a_nonce_that_was_looked_for_does_not_open_the_commitment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pairing, "CODE_DIGITS", 3)  # so that looking for one takes no time
    pair = grinding().run()
    assert pair.agent.refusal is PairingRefusal.NOT_GENUINE
    assert not pair.is_paired


def test_negative_control_without_the_commitment_the_digits_can_be_made_equal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pairing, "CODE_DIGITS", 3)
    pair = grinding(agent_kind=ForgetsCommitment).run()
    # Both displays showed one code, and the person said yes: only the reader's signature is left.
    assert len(pair.shown) == 1
    assert pair.reader.comparison is None
    assert pair.reader.refusal is not PairingRefusal.DIGITS_DIFFER
