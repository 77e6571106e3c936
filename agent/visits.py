"""The visits now at the reader: what the agent asked of the card and what it learned.

A visit keeps one nonce for its whole life, so a result made before a broken link still fits;
its challenge is new each time and good for one proof. All of it is on the disk, because a
result and the eligibility answer it belongs to must meet even after the agent was restarted.
The delivery deletes a visit once its result is handed over.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from agent.clock import unix_ms
from agent.errors import StoreUnavailableError
from agent.qualification import EligibilityRecord, record_to_json
from agent.store import Store
from hostlink.codec import decode, encode
from hostlink.messages import VisitChallenge, VisitOptions
from hostlink.terms import CardKind, VerificationMethod

NONCE_BYTES = 16
CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """What the agent remembers of a visit that has not been delivered yet."""

    visit_id: bytes
    nonce: bytes
    card_kind: CardKind | None
    """None: the reader's `VisitOpened` never arrived, only a later message did."""
    challenge: bytes | None = field(repr=False)
    """None: the last one has been used."""
    replaced_challenge: bytes | None = field(repr=False)
    """The one before, if it was never used: the reader may not have heard of the new one yet."""
    identity: bytes | None = field(repr=False)
    """SHA-256 of the accepted proof; the very same proof may be sent again."""
    certificate: bytes | None = field(repr=False)
    """SHA-256 of the certificate that the answer is about."""
    method: VerificationMethod | None
    """How the reader says it verified the patient; its result must say the same."""
    options: VisitOptions | None
    """The answer given to the reader, for when it asks again."""


class Visits:
    """All open visits, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def challenge(
        self, visit_id: bytes, card_kind: CardKind | None, now: datetime
    ) -> VisitChallenge:
        """Open the visit, or go on with it, and make the challenge its card has to sign now.

        Args:
            visit_id: 16 random bytes made by the reader.
            card_kind: None when it is not told again; an earlier word stays.
            now: Wall time, kept so that a visit without an end can be deleted.
        """
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        self._store.change(
            "INSERT INTO visits (visit_id, nonce, card_kind, opened_unix_ms, challenge)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (visit_id) DO UPDATE SET"
            " challenge = excluded.challenge, replaced_challenge = challenge,"
            " card_kind = coalesce(excluded.card_kind, card_kind)",
            (visit_id, secrets.token_bytes(NONCE_BYTES), card_kind, unix_ms(now), challenge),
        )
        ((nonce,),) = self._store.rows("SELECT nonce FROM visits WHERE visit_id = ?", (visit_id,))
        return VisitChallenge(visit_id=visit_id, nonce=nonce, challenge=challenge)

    def find(self, visit_id: bytes) -> OpenVisit | None:
        """The visit of that id, if it is open."""
        rows = self._store.rows(
            "SELECT nonce, card_kind, challenge, replaced_challenge, identity, certificate,"
            " method, options FROM visits WHERE visit_id = ?",
            (visit_id,),
        )
        for nonce, card_kind, challenge, replaced, identity, certificate, method, options in rows:
            return OpenVisit(
                visit_id=visit_id,
                nonce=nonce,
                card_kind=None if card_kind is None else CardKind(card_kind),
                challenge=challenge,
                replaced_challenge=replaced,
                identity=identity,
                certificate=certificate,
                method=None if method is None else VerificationMethod(method),
                options=stored_options(options),
            )
        return None

    def accept(
        self, visit_id: bytes, identity: bytes, certificate: bytes, method: VerificationMethod
    ) -> None:
        """Use up the challenge; an answer stays only if it is about the same certificate.

        Args:
            visit_id: The open visit.
            identity: SHA-256 of the proof.
            certificate: SHA-256 of its certificate.
            method: How the reader says it verified the patient.
        """
        # What was kept for later is about this certificate, or about nobody here.
        self._store.change(
            "DELETE FROM postponed WHERE visit_id = ? AND visit_id NOT IN"
            " (SELECT visit_id FROM visits WHERE certificate = ?)",
            (visit_id, certificate),
        )
        self._store.change(
            "UPDATE visits SET challenge = NULL, replaced_challenge = NULL, identity = :identity,"
            " record = CASE WHEN certificate = :certificate THEN record END,"
            " options = CASE WHEN certificate = :certificate THEN options END,"
            " certificate = :certificate, method = :method WHERE visit_id = :visit_id",
            {
                "identity": identity,
                "certificate": certificate,
                "method": method,
                "visit_id": visit_id,
            },
        )

    def answer(self, record: EligibilityRecord, options: VisitOptions, now: datetime) -> None:
        """Keep what the eligibility source said and what the reader is going to be told."""
        self._store.change(
            "UPDATE visits SET record = ?, options = ?, offered = ?, answered_unix_ms = ?"
            " WHERE visit_id = ?",
            (
                record_to_json(record),
                encode(options),
                bytes(options.consents),
                unix_ms(now),
                options.visit_id,
            ),
        )

    def postpone(self, certificate: bytes, options: VisitOptions, now: datetime) -> None:
        """Keep a question that nobody could answer, and what the reader is told instead.

        Args:
            certificate: Whom to ask about later, X.509 DER.
            options: They offer nothing.
            now: Wall time.
        """
        with self._store.transaction():
            self._store.change(
                "UPDATE visits SET record = NULL, options = ?, offered = ? WHERE visit_id = ?",
                (encode(options), bytes(options.consents), options.visit_id),
            )
            self._store.change(
                "INSERT OR REPLACE INTO postponed VALUES (?, ?, ?)",
                (options.visit_id, certificate, unix_ms(now)),
            )


def stored_options(data: bytes | None) -> VisitOptions | None:
    """What the reader was told, as the store keeps it.

    Raises:
        StoreUnavailableError: It is something else.
    """
    if data is None:
        return None
    match decode(data):
        case VisitOptions() as options:
            return options
        case _:
            raise StoreUnavailableError("a stored answer is no VisitOptions")
