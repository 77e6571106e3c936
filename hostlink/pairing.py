"""What reader and agent compute when they are paired, and later to show that they are.

Pairing compares six digits that a person sees at both ends. Whoever sits between the two would
have to make both ends show the same digits for different certificates; as the reader commits
itself to its nonce before it learns the agent's, nobody can try nonces until the digits fit, and
one blind guess in a million is all that is left.

Source: facts/security.md §5.2; RFC 2104 (HMAC); Vaudenay, "Secure Communications over Insecure
Channels Based on Short Authenticated Strings" (CRYPTO 2005).
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from hostlink import cbor

SECRET_BYTES = 16
NO_SECRET = bytes(SECRET_BYTES)
"""While a pairing is being made there is no secret yet."""
NONCE_BYTES = 16
CODE_DIGITS = 6
NAME_BYTES = 64


@dataclass(frozen=True, slots=True)
class PairingTerms:
    """What both ends must have seen alike. Each end takes what it shows or was shown itself."""

    session_certificate: bytes
    """DER: what the reader shows in this very session. Who sits between shows another."""
    reader_certificate: bytes
    """DER: what the reader shows on the cable from now on."""
    agent_certificate: bytes
    """DER: what the agent shows on the cable from now on."""
    audience: str
    agent_name: str
    """What the reader's screen calls this agent."""


def commitment(terms: PairingTerms, device_nonce: bytes) -> bytes:
    """SHA-256 that binds the reader to its nonce before it has seen the agent's."""
    return _digest("commitment", terms, device_nonce)


def comparison_code(terms: PairingTerms, device_nonce: bytes, agent_nonce: bytes) -> str:
    """The six digits that both ends show."""
    digest = _digest("code", terms, device_nonce, agent_nonce)
    # 2^64 is no multiple of a million; the first codes are likelier by less than 1 in 10^13.
    return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def statement(terms: PairingTerms, device_nonce: bytes, agent_nonce: bytes) -> bytes:
    """What the reader signs with the key of its results: this pairing is mine.

    It begins like no Sig_structure of a result, so neither passes for the other.
    """
    return b"uketsuke pairing " + _digest("statement", terms, device_nonce, agent_nonce)


def is_name(name: str) -> bool:
    """Whether a name may stand on the reader's display beside the digits.

    It must be readable, with nothing that turns text around, and must not look like the digits:
    five in all, of any script, are the most.
    """
    is_readable = bool(name.strip()) and name.replace("\u3000", " ").isprintable()
    is_short = len(name.encode()) <= NAME_BYTES
    return is_readable and is_short and sum(letter.isdigit() for letter in name) < CODE_DIGITS


def agent_proof(secret: bytes, device_challenge: bytes, agent_challenge: bytes) -> bytes:
    """HMAC-SHA-256 with which the agent shows in each session that it knows the secret."""
    return hmac.digest(secret, b"agent" + device_challenge + agent_challenge, "sha256")


def device_proof(secret: bytes, device_challenge: bytes, agent_challenge: bytes) -> bytes:
    """The reader's own, different from the agent's: neither can be sent back."""
    return hmac.digest(secret, b"device" + device_challenge + agent_challenge, "sha256")


def _digest(purpose: str, terms: PairingTerms, *nonces: bytes) -> bytes:
    return sha256(
        cbor.encode(
            [
                f"uketsuke pairing {purpose}",
                terms.session_certificate,
                terms.reader_certificate,
                terms.agent_certificate,
                terms.audience,
                terms.agent_name,
                *nonces,
            ]
        )
    ).digest()
