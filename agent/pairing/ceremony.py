"""The agent's part in one pairing: messages and a person's answer in, messages out. No I/O.

Source: facts/security.md §5.2.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hmac import compare_digest

from cryptography import x509

from hostlink.attestation import verify_statement
from hostlink.errors import InvalidResultError
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
    SECRET_BYTES,
    PairingTerms,
    commitment,
    comparison_code,
    statement,
)
from hostlink.terms import PairingRefusal


@dataclass(frozen=True, slots=True)
class Paired:
    """What a successful pairing gives the agent."""

    secret: bytes
    reader_certificate: bytes
    """DER."""

    def __repr__(self) -> str:
        return "Paired(hidden)"


class AgentCeremony:
    """One attempt."""

    def __init__(
        self,
        request: PairingRequested,
        ueid: bytes,
        session_certificate: bytes,
        roots: Sequence[x509.Certificate],
        make_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """Prepare.

        Args:
            request: Who this agent is; the first message to send.
            ueid: Who the reader says it is.
            session_certificate: DER: what it shows in this session.
            roots: The maker's root certificates.
            make_bytes: So many fresh random bytes.
        """
        self._request = request
        self._ueid = ueid
        self._session_certificate = session_certificate
        self._roots = tuple(roots)
        self._nonce = make_bytes(NONCE_BYTES)
        self._secret = make_bytes(SECRET_BYTES)
        self._committed: PairingCommitted | None = None
        self._reader_nonce: bytes | None = None
        self._is_confirmed = False
        self._has_answered = False
        self.refusal: PairingRefusal | None = None
        """Why it came to nothing."""
        self.paired: Paired | None = None
        """Set when it succeeded."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.paired is not None or self.refusal is not None

    @property
    def code(self) -> str | None:
        """The six digits, once they are known."""
        if self._committed is None or self._reader_nonce is None:
            return None
        return comparison_code(self._terms(self._committed), self._reader_nonce, self._nonce)

    @property
    def is_asking(self) -> bool:
        """Whether somebody said yes at the reader, and is to say so here."""
        return self._is_confirmed and not self._has_answered and not self.is_over

    def received(self, message: Message) -> Message | None:
        """Take a message of the reader.

        Returns:
            The answer.
        """
        if self.is_over:
            return None
        match message:
            case PairingCommitted() if self._committed is None:
                self._committed = message
                return PairingNonce(self._nonce)
            case PairingRevealed(nonce) if self._committed and self._reader_nonce is None:
                return self._check_nonce(self._committed, nonce)
            case PairingConfirmed() if self.code is not None and not self._is_confirmed:
                return self._check_statement(message)
            case PairingKept() if self._has_answered and self._committed:
                self.paired = Paired(self._secret, self._committed.certificate)
                return None
            case PairingRefused(reason):
                self.refusal = reason
                return None
            case _:
                return self.give_up(PairingRefusal.NOT_GENUINE)

    def answered(self, *, is_same: bool) -> Message | None:
        """Take the person's answer: did the reader show the same digits?

        Returns:
            What the reader is told.
        """
        if not self.is_asking:
            return None
        if not is_same:
            return self.give_up(PairingRefusal.DIGITS_DIFFER)
        self._has_answered = True
        return PairingSecret(self._secret)

    def give_up(self, reason: PairingRefusal) -> Message:
        """End the attempt; the reader is told why."""
        self.refusal = reason
        return PairingRefused(reason)

    def _check_nonce(self, committed: PairingCommitted, nonce: bytes) -> Message | None:
        if not compare_digest(commitment(self._terms(committed), nonce), committed.commitment):
            return self.give_up(PairingRefusal.NOT_GENUINE)
        self._reader_nonce = nonce
        return None

    def _check_statement(self, said: PairingConfirmed) -> Message | None:
        if self._committed is None or self._reader_nonce is None:
            return self.give_up(PairingRefusal.NOT_GENUINE)
        signed = statement(self._terms(self._committed), self._reader_nonce, self._nonce)
        try:
            verify_statement(signed, said.chain, said.signature, self._ueid, self._roots)
        except InvalidResultError:
            return self.give_up(PairingRefusal.NOT_GENUINE)
        self._is_confirmed = True
        return None

    def _terms(self, committed: PairingCommitted) -> PairingTerms:
        request = self._request
        return PairingTerms(
            self._session_certificate,
            committed.certificate,
            request.certificate,
            request.audience,
            request.name,
        )
