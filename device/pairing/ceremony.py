"""The reader's part in one pairing: messages and a person's answer in, messages out. No I/O.

One attempt: whatever goes wrong ends it, and only another press of the button begins anew.

Source: facts/security.md §5.2.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from device.pairings import MAX_PAIRINGS, Ends, Pairing
from hostlink.messages import (
    Message,
    PairingCommitted,
    PairingConfirmed,
    PairingKept,
    PairingNonce,
    PairingRefused,
    PairingRequested,
    PairingRevealed,
    PairingSecret,
)
from hostlink.pairing import (
    NONCE_BYTES,
    PairingTerms,
    commitment,
    comparison_code,
    is_name,
    statement,
)
from hostlink.terms import PairingRefusal
from hostlink.tls import is_pinnable

_AUDIENCE = re.compile("[ -~]{1,128}")
"""ASCII, as it will stand in every result."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the person before the reader is asked."""

    code: str
    """Six digits."""
    agent_name: str


@dataclass(frozen=True, slots=True)
class ReaderSide:
    """What a pairing needs of the reader. Its functions may raise OSError or DeviceError."""

    pairings: tuple[Pairing, ...]
    """Those there are."""
    session_certificate: bytes
    """DER: what the reader shows while it is paired, from its maker."""
    chain: tuple[bytes, ...]
    """DER: certificates of the key that signs results."""
    sign: Callable[[bytes], bytes]
    make_certificate: Callable[[], bytes]
    keep: Callable[[str, str, Ends], None]
    """Takes the agent's name, the audience, and what the two show and know."""


class ReaderCeremony:
    """One attempt."""

    def __init__(
        self,
        side: ReaderSide,
        make_nonce: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """Wait for an agent to ask.

        Args:
            side: The reader.
            make_nonce: So many fresh random bytes.
        """
        self._side = side
        self._nonce = make_nonce(NONCE_BYTES)
        self._terms: PairingTerms | None = None
        self._agent_nonce: bytes | None = None
        self._is_confirmed = False
        self.refusal: PairingRefusal | None = None
        """Why it came to nothing."""
        self.is_kept = False
        """Whether it succeeded."""

    @property
    def has_begun(self) -> bool:
        """Whether an agent has asked: from then on a lost link ends the attempt."""
        return self._terms is not None or self.is_over

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.is_kept or self.refusal is not None

    @property
    def comparison(self) -> Comparison | None:
        """What to ask the person, from the moment both nonces are known until they answer."""
        if self._terms is None or self._agent_nonce is None:
            return None
        if self._is_confirmed or self.is_over:
            return None
        code = comparison_code(self._terms, self._nonce, self._agent_nonce)
        return Comparison(code, self._terms.agent_name)

    def received(self, message: Message) -> Message | None:
        """Take a message of the agent.

        Returns:
            The answer.
        """
        if self.is_over:
            return None
        match message:
            case PairingRequested() if self._terms is None:
                return self._commit(message)
            case PairingNonce(nonce) if self._terms is not None and self._agent_nonce is None:
                self._agent_nonce = nonce
                return PairingRevealed(self._nonce)
            case PairingSecret(secret) if self._is_confirmed:
                return self._keep(secret)
            case PairingRefused(reason):
                self.refusal = reason
                return None
            case _:
                return self.give_up(PairingRefusal.NOT_GENUINE)

    def answered(self, *, is_same: bool) -> Message | None:
        """Take the person's answer: do both ends show the same digits?

        Returns:
            What the agent is told.
        """
        if self.comparison is None or self._terms is None or self._agent_nonce is None:
            return None
        if not is_same:
            return self.give_up(PairingRefusal.DIGITS_DIFFER)
        self._is_confirmed = True
        signed = statement(self._terms, self._nonce, self._agent_nonce)
        return PairingConfirmed(self._side.chain, self._side.sign(signed))

    def give_up(self, reason: PairingRefusal) -> Message:
        """End the attempt; the agent is told why."""
        self.refusal = reason
        return PairingRefused(reason)

    def _commit(self, request: PairingRequested) -> Message:
        pairings = self._side.pairings
        known = {ends.agent_certificate for pairing in pairings for ends in pairing.ends}
        is_sound = _AUDIENCE.fullmatch(request.audience) and is_name(request.name)
        if not is_sound or request.certificate in known or not is_pinnable(request.certificate):
            return self.give_up(PairingRefusal.NOT_GENUINE)
        if any(pairing.audience != request.audience for pairing in pairings):
            return self.give_up(PairingRefusal.OTHER_AUDIENCE)
        if len({pairing.agent_name for pairing in pairings} - {request.name}) >= MAX_PAIRINGS:
            return self.give_up(PairingRefusal.TOO_MANY)
        own = self._side.make_certificate()
        self._terms = PairingTerms(
            self._side.session_certificate,
            own,
            request.certificate,
            request.audience,
            request.name,
        )
        return PairingCommitted(own, commitment(self._terms, self._nonce))

    def _keep(self, secret: bytes) -> Message:
        if self._terms is None:
            return self.give_up(PairingRefusal.NOT_GENUINE)
        terms = self._terms
        ends = Ends(terms.agent_certificate, terms.reader_certificate, secret)
        self._side.keep(terms.agent_name, terms.audience, ends)
        self.is_kept = True
        return PairingKept()
