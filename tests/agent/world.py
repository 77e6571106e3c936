"""What surrounds the agent in its tests: a clock that is told, a card, a reader that signs."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from agent.clock import unix_ms
from agent.inbox import Inbox
from agent.journal import Alarm, Event
from agent.qualification import EligibilityRecord, read_record
from agent.store import Store
from agent.visits import Visits
from hostlink.messages import (
    ConsentDecision,
    FaceMatch,
    IdentityProven,
    Moment,
    SignedResult,
    VisitChallenge,
    VisitOptions,
    VisitRecord,
)
from hostlink.result import NO_PREVIOUS_HASH, ResultClaims
from hostlink.signing import payload_hash, sign_result, verify_result
from hostlink.terms import (
    CardKind,
    ConsentAnswer,
    ConsentItem,
    FailureCode,
    MatchBand,
    TimeSource,
    VerificationMethod,
    VisitOutcome,
)
from tests.hostlink.pki import MAKER, READER, UEID, Identity
from tests.hw_sim.card.certificates import (
    Authority,
    EndEntity,
    issue_certificate,
    make_authority,
)
from tests.hw_sim.card.holder import Holder, Sex
from tests.hw_sim.card.keys import KeyStore, temporary_folder
from tests.hw_sim.eligibility_service import UKETSUKE_TARO

TODAY = datetime(2026, 11, 22, 0, 1, 2, tzinfo=UTC)
"""09:01:02 in Japan."""
FAR_DATE = TODAY.date() + timedelta(days=900)
AUDIENCE = "clinic-0000000-test"
INSTITUTION = "1311234567"
VISIT_ID = bytes(range(16))
HOLDER = Holder(
    name="受付　太郎",
    address="東京都千代田区架空町１－２－３",
    birth_date=date(1955, 6, 1),
    sex=Sex.MALE,
    my_number="000000000000",
    serial="0" * 15,
    security_code="0000",
)
RECORD: EligibilityRecord = read_record(UKETSUKE_TARO["record"])


class ToldClock:
    """A clock that stands still until it is told."""

    def __init__(self, now: datetime = TODAY) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def monotonic_ms(self) -> float:
        return self.time.timestamp() * 1000


@dataclass
class HeardEvent:
    event: Event
    visit: bytes | None
    seq: int | None
    failure: FailureCode | None
    alarm: Alarm | None
    detail: str | None
    counter: str | None


@dataclass
class HeardJournal:
    """A journal that remembers."""

    heard: list[HeardEvent] = field(default_factory=list)

    def record(
        self,
        event: Event,
        *,
        visit: bytes | None = None,
        seq: int | None = None,
        failure: FailureCode | None = None,
        alarm: Alarm | None = None,
        detail: str | None = None,
        counter: str | None = None,
    ) -> None:
        self.heard.append(HeardEvent(event, visit, seq, failure, alarm, detail, counter))

    @property
    def events(self) -> list[Event]:
        return [each.event for each in self.heard]

    @property
    def alarms(self) -> list[Alarm]:
        return [each.alarm for each in self.heard if each.alarm is not None]


@cache
def keys() -> KeyStore:
    return KeyStore(temporary_folder())


@cache
def authority(name: str = "authentication-ca") -> Authority:
    """An issuer of card certificates; all of them bear the same name and differ in the key."""
    return make_authority(keys().key(name), "user authentication", TODAY.date())


@dataclass(frozen=True)
class Card:
    """A patient's card, as far as the agent meets it."""

    key: RSAPrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.der).digest()

    def sign(self, challenge: bytes) -> bytes:
        return self.key.sign(challenge, PKCS1v15(), SHA256())

    def prove(
        self, challenge: VisitChallenge, method: VerificationMethod = VerificationMethod.FACE
    ) -> IdentityProven:
        signature = self.sign(challenge.challenge)
        return IdentityProven(challenge.visit_id, method, self.der, signature)


def card(
    not_after: date = FAR_DATE,
    issuer: Authority | None = None,
    *,
    is_signature: bool = False,
) -> Card:
    """A fresh card whose certificate is valid up to and including `not_after`."""
    key = keys().key("card")
    subject = EndEntity(
        common_name="TEST 0001",
        public_key=key.public_key(),
        not_before=not_after - timedelta(days=5 * 365),
        not_after=not_after,
        is_signature=is_signature,
        holder=HOLDER,
    )
    return Card(key, issue_certificate(issuer or authority(), subject))


def moment(at: datetime = TODAY) -> Moment:
    return Moment(unix_ms(at), 1, TimeSource.AGENT)


def completed(nonce: bytes, visit_id: bytes = VISIT_ID, at: datetime = TODAY) -> VisitRecord:
    """A visit that went well: three consents given, one refused."""
    answers = {
        ConsentItem.SURGERY: ConsentAnswer.REFUSED,
        ConsentItem.DIAGNOSIS: ConsentAnswer.GIVEN,
        ConsentItem.MEDICATION: ConsentAnswer.GIVEN,
        ConsentItem.HEALTH_CHECKUP: ConsentAnswer.GIVEN,
    }
    return VisitRecord(
        visit_id=visit_id,
        nonce=nonce,
        card_kind=CardKind.MY_NUMBER,
        outcome=VisitOutcome.COMPLETED,
        failure=None,
        method=VerificationMethod.FACE,
        verified_at=moment(at),
        has_registered=False,
        consents=tuple(
            ConsentDecision(item, answer, moment(at)) for item, answer in answers.items()
        ),
        match=FaceMatch(MatchBand.CLEAR_MATCH, "adults-1e-4"),
    )


def abandoned(nonce: bytes = b"", visit_id: bytes = VISIT_ID) -> VisitRecord:
    return replace(
        completed(nonce, visit_id),
        outcome=VisitOutcome.ABANDONED,
        failure=FailureCode.CARD_REMOVED,
        method=None,
        verified_at=None,
        consents=(),
        match=None,
    )


class SigningReader:
    """Numbers, chains and signs results as a reader does."""

    def __init__(self, identity: Identity = READER, next_seq: int = 1, ueid: bytes = UEID) -> None:
        self._identity = identity
        self._ueid = ueid
        self.next_seq = next_seq
        self.previous_hash = NO_PREVIOUS_HASH

    def sign(self, record: VisitRecord, audience: str = AUDIENCE) -> SignedResult:
        claims = ResultClaims(
            record=record,
            ueid=self._ueid,
            seq=self.next_seq,
            boot_count=7,
            previous_hash=self.previous_hash,
            audience=audience,
            issued_at=moment(),
            monotonic_ms=123_456,
            firmware_hash=bytes([0xF1]) * 32,
            model_hash=bytes([0xF2]) * 32,
            consent_text_hash=bytes([0xF3]) * 32,
        )
        cose = sign_result(claims, self._identity.sign, self._identity.chain_der)
        self.next_seq += 1
        self.previous_hash = payload_hash(cose)
        return SignedResult(claims.seq, cose)


def write_pem(path: Path, certificate: x509.Certificate) -> Path:
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return path


ROOTS = (MAKER.leaf,)


def options(visit_id: bytes = VISIT_ID) -> VisitOptions:
    """What the agent answers for 受付 太郎."""
    return VisitOptions(visit_id, RECORD.person.name, True, tuple(ConsentItem), ())


def answer_visit(store: Store, visit_id: bytes = VISIT_ID, now: datetime = TODAY) -> bytes:
    """The insurance answers for who is at a reader; the visit's nonce."""
    visits = Visits(store)
    challenge = visits.challenge(visit_id, CardKind.MY_NUMBER, now)
    visits.accept(visit_id, b"i" * 32, b"c" * 32, VerificationMethod.FACE)
    visits.answer(RECORD, options(visit_id), now)
    return challenge.nonce


def receive_visit(
    store: Store, reader: SigningReader, visit_id: bytes = VISIT_ID, now: datetime = TODAY
) -> SignedResult:
    """A whole visit arrives in the store and waits to be delivered."""
    result = reader.sign(completed(answer_visit(store, visit_id, now), visit_id, now))
    Inbox(store).keep(result.cose, verify_result(result.cose, ROOTS), now)
    return result
