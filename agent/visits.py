"""The visits that are kept: what the agent asked of the card and what it learned.

A visit keeps one nonce for its whole life, so a result made before a broken link still fits;
its challenge is new each time and good for one proof. All of it is on the disk, because a
result and the eligibility answer it belongs to must meet even after the agent was restarted.
The delivery deletes a visit when its result is handed over and, where there is a local API, the
time is over for which completed ones are kept for staff.
"""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Insert, bindparam, case, delete, exists, func, or_, select, update

from agent.clock import day_in_japan, moment_of, unix_ms
from agent.errors import OtherReadersVisitError, StoreUnavailableError
from agent.qualification import EligibilityRecord, record_to_json
from agent.schema import POSTPONED, VISITS
from agent.store import Store, Value, Values
from hostlink.codec import decode, encode
from hostlink.messages import VisitChallenge, VisitOptions
from hostlink.terms import CardKind, VerificationMethod

NONCE_BYTES = 16
CHALLENGE_BYTES = 32
IS_THIS = VISITS.c.visit_id == bindparam("visit_id")
OPENED = select(VISITS.c.nonce, VISITS.c.challenge).where(IS_THIS)
FOUND = (
    select(
        VISITS.c.nonce,
        VISITS.c.card_kind,
        VISITS.c.challenge,
        VISITS.c.replaced_challenge,
        VISITS.c.identity,
        VISITS.c.certificate,
        VISITS.c.method,
        VISITS.c.options,
        VISITS.c.ueid,
        func.coalesce(VISITS.c.answered_unix_ms, POSTPONED.c.since_unix_ms),
    )
    .outerjoin_from(VISITS, POSTPONED, POSTPONED.c.visit_id == VISITS.c.visit_id)
    .where(IS_THIS)
)

IS_OF_VISIT = VISITS.c.visit_id == bindparam("of_visit")
IS_SAME = VISITS.c.certificate == bindparam("new_certificate")
FORGET_OTHER_POSTPONED = delete(POSTPONED).where(
    POSTPONED.c.visit_id == bindparam("of_visit"), ~exists().where(IS_OF_VISIT, IS_SAME)
)
ACCEPT = (
    update(VISITS)
    .where(IS_OF_VISIT)
    .values(
        challenge=None,
        replaced_challenge=None,
        identity=bindparam("new_identity"),
        record=case((IS_SAME, VISITS.c.record)),
        options=case((IS_SAME, VISITS.c.options)),
        answered_unix_ms=case((IS_SAME, VISITS.c.answered_unix_ms)),
        certificate=bindparam("new_certificate"),
        certificate_ends_unix_ms=bindparam("ends_unix_ms"),
        method=bindparam("new_method"),
    )
)
ANSWER = (
    update(VISITS)
    .where(IS_OF_VISIT)
    .values(
        options=bindparam("new_options"),
        offered=bindparam("new_offered"),
        record=bindparam("new_record"),
        answered_unix_ms=bindparam("answered"),
    )
)


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """What the agent remembers of a visit until it is deleted."""

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
    ueid: bytes | None = None
    """The reader that opened it; None: an agent from before did not keep it."""
    day: date | None = None
    """In Japan, of the answer given to the reader; None: there is none yet."""


class Visits:
    """All open visits, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open = _opening(store)

    def challenge(
        self,
        visit_id: bytes,
        card_kind: CardKind | None,
        now: datetime,
        ueid: bytes | None = None,
    ) -> VisitChallenge:
        """Open the visit, or go on with it, and make the challenge its card has to sign now.

        Args:
            visit_id: 16 random bytes made by the reader.
            card_kind: None when it is not told again; an earlier word stays.
            now: Wall time, kept so that a visit without an end can be deleted.
            ueid: The reader; a visit stays with the one that opened it.

        Raises:
            OtherReadersVisitError: Another one opened it; nothing was changed.
        """
        opened = {
            "visit_id": visit_id,
            "nonce": secrets.token_bytes(NONCE_BYTES),
            "card_kind": None if card_kind is None else int(card_kind),
            "opened_unix_ms": unix_ms(now),
            "ueid": ueid,
            "challenge": secrets.token_bytes(CHALLENGE_BYTES),
        }
        if not self._store.change(self._open, opened):
            raise OtherReadersVisitError
        ((nonce, challenge),) = self._store.rows(OPENED, {"visit_id": visit_id})
        return VisitChallenge(visit_id=visit_id, nonce=nonce, challenge=challenge)

    def find(self, visit_id: bytes) -> OpenVisit | None:
        """The visit of that id, if it is open."""
        rows = self._store.rows(FOUND, {"visit_id": visit_id})
        for row in rows:
            nonce, kind, challenge, replaced, identity, certificate, method, options, ueid, at = row
            return OpenVisit(
                visit_id=visit_id,
                nonce=nonce,
                card_kind=None if kind is None else CardKind(kind),
                challenge=challenge,
                replaced_challenge=replaced,
                identity=identity,
                certificate=certificate,
                method=None if method is None else VerificationMethod(method),
                options=stored_options(options),
                ueid=ueid,
                day=None if at is None else day_in_japan(moment_of(at)),
            )
        return None

    def accept(
        self,
        visit_id: bytes,
        identity: bytes,
        certificate: bytes,
        method: VerificationMethod,
        ends: datetime | None = None,
    ) -> None:
        """Use up the challenge; an answer stays only if it is about the same certificate.

        Args:
            visit_id: The open visit.
            identity: SHA-256 of the proof.
            certificate: SHA-256 of its certificate.
            method: How the reader says it verified the patient.
            ends: Last moment of the certificate, for staff to see.
        """
        ends_unix_ms = None if ends is None else unix_ms(ends)
        values: dict[str, Value] = {
            "of_visit": visit_id,
            "new_identity": identity,
            "new_certificate": certificate,
        }
        with self._store.transaction():
            # What was kept for later is about this certificate, or about nobody here.
            self._store.change(FORGET_OTHER_POSTPONED, values)
            more: dict[str, Value] = {"new_method": int(method), "ends_unix_ms": ends_unix_ms}
            self._store.change(ACCEPT, values | more)

    def answer(
        self, record: EligibilityRecord | None, options: VisitOptions, now: datetime
    ) -> None:
        """Keep what the eligibility source said and what the reader is going to be told."""
        kept = record_to_json(record) if record else None
        self._store.change(ANSWER, _answered(options, kept, unix_ms(now)))

    def postpone(self, certificate: bytes, options: VisitOptions, now: datetime) -> None:
        """Keep a question that nobody could answer, and what the reader is told instead.

        Args:
            certificate: Whom to ask about later, X.509 DER.
            options: They offer nothing.
            now: Wall time.
        """
        kept: dict[str, Value] = {
            "visit_id": options.visit_id,
            "certificate": certificate,
            "since_unix_ms": unix_ms(now),
        }
        insertion = self._store.insert(POSTPONED)
        with self._store.transaction():
            self._store.change(ANSWER, _answered(options, None, None))
            self._store.change(
                insertion.on_conflict_do_update(
                    index_elements=["visit_id"],
                    set_={"certificate": certificate, "since_unix_ms": unix_ms(now)},
                ),
                kept,
            )


def _opening(store: Store) -> Insert:
    insertion = store.insert(VISITS)
    told = insertion.excluded
    return insertion.on_conflict_do_update(
        index_elements=["visit_id"],
        set_={
            "challenge": told.challenge,
            "replaced_challenge": VISITS.c.challenge,
            "card_kind": func.coalesce(told.card_kind, VISITS.c.card_kind),
            "ueid": func.coalesce(VISITS.c.ueid, told.ueid),
        },
        where=or_(VISITS.c.ueid.is_(None), VISITS.c.ueid == told.ueid),
    )


def _answered(options: VisitOptions, record: str | None, at_unix_ms: int | None) -> Values:
    return {
        "of_visit": options.visit_id,
        "new_options": encode(options),
        "new_offered": bytes(options.consents),
        "new_record": record,
        "answered": at_unix_ms,
    }


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
