"""One good example of everything that travels; all people are invented."""

from dataclasses import replace

from hostlink.messages import (
    AgentHello,
    CertificateKept,
    CertificateRenewed,
    ConsentDecision,
    DeviceHello,
    DeviceProof,
    DeviceReport,
    FaceMatch,
    IdentityProven,
    LinkCounters,
    Message,
    Moment,
    PairingCommitted,
    PairingConfirmed,
    PairingForgotten,
    PairingKept,
    PairingNonce,
    PairingRefused,
    PairingRequested,
    PairingRevealed,
    PairingSecret,
    Ping,
    Pong,
    ReportWanted,
    ResetCount,
    ResultAcknowledged,
    ResultCounts,
    SignedResult,
    Unpaired,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
    VisitProgressed,
    VisitRecord,
    VisitRefused,
)
from hostlink.result import NO_PREVIOUS_HASH, ResultClaims
from hostlink.terms import (
    CardKind,
    ConsentAnswer,
    ConsentItem,
    Decision,
    Emergency,
    FailureCode,
    MatchBand,
    Notice,
    PairingRefusal,
    Question,
    TimeSource,
    VerificationMethod,
    VisitOutcome,
    VisitStep,
)
from tests.hostlink.pki import UEID

VISIT_ID = bytes(range(16))
NONCE = bytes(range(16, 32))
MOMENT = Moment(1_790_000_000_000, 2, TimeSource.AGENT)

CHALLENGE = bytes(range(0x20, 0x30))
DEVICE_HELLO = DeviceHello(1, 1, UEID, "0.1.0", 7, 42, CHALLENGE)
AGENT_HELLO = AgentHello(1, "clinic-0000000-test", 1_790_000_000_000, CHALLENGE, bytes(32))

COMPLETED = VisitRecord(
    visit_id=VISIT_ID,
    nonce=NONCE,
    card_kind=CardKind.MY_NUMBER,
    outcome=VisitOutcome.COMPLETED,
    failure=None,
    method=VerificationMethod.FACE,
    verified_at=MOMENT,
    has_registered=False,
    consents=(
        ConsentDecision(ConsentItem.DIAGNOSIS, ConsentAnswer.GIVEN, MOMENT),
        ConsentDecision(ConsentItem.HEALTH_CHECKUP, ConsentAnswer.REFUSED, MOMENT),
    ),
)
NOTICED = replace(COMPLETED, notices=(Notice.CERTIFICATE_IN_GRACE,))
DECIDED = replace(COMPLETED, decisions=(Decision.NO_SUBSIDY, Decision.ELECTRONIC_PRESCRIPTION))
IN_AMBULANCE = replace(
    COMPLETED,
    method=VerificationMethod.STAFF,
    consents=(ConsentDecision(ConsentItem.SURGERY, ConsentAnswer.UNOBTAINABLE, MOMENT),),
    emergency=Emergency.AMBULANCE,
)
FACE_MATCHED = replace(COMPLETED, match=FaceMatch(MatchBand.CLEAR_MATCH, "adults-1e-4"))
ABANDONED = VisitRecord(
    visit_id=VISIT_ID,
    nonce=b"",
    card_kind=None,
    outcome=VisitOutcome.ABANDONED,
    failure=FailureCode.CARD_REMOVED,
    method=None,
    verified_at=None,
    has_registered=False,
    consents=(),
)


def claims_of(record: VisitRecord, seq: int = 42) -> ResultClaims:
    return ResultClaims(
        record=record,
        ueid=UEID,
        seq=seq,
        boot_count=7,
        previous_hash=NO_PREVIOUS_HASH,
        audience="clinic-0000000-test",
        issued_at=MOMENT,
        monotonic_ms=123_456,
        firmware_hash=bytes([0xF1]) * 32,
        model_hash=bytes([0xF2]) * 32,
        consent_text_hash=bytes([0xF3]) * 32,
    )


REPORT = DeviceReport(
    ResultCounts(waiting=3, elsewhere=1, sent_again=2),
    LinkCounters(
        frames_received=70_000,
        bad_crc=2,
        gaps=1,
        repeated=0,
        stale=5,
        ignored=0,
        sessions=4,
        resets=(ResetCount(5, 2), ResetCount(6, 1)),
        rtt_p50_us=1_500,
        rtt_p99_us=9_000,
    ),
)

MESSAGES: tuple[Message, ...] = (
    DEVICE_HELLO,
    AGENT_HELLO,
    Ping(b"12345678"),
    Pong(b"12345678"),
    VisitOpened(VISIT_ID, CardKind.MY_NUMBER),
    VisitChallenge(VISIT_ID, NONCE, bytes(32)),
    IdentityProven(VISIT_ID, VerificationMethod.PIN, b"certificate", b"signature"),
    VisitOptions(
        VISIT_ID,
        "試験 花子",
        True,
        (ConsentItem.DIAGNOSIS, ConsentItem.HEALTH_CHECKUP),
        (Notice.CERTIFICATE_EXPIRES_SOON,),
        (Question.SUBSIDY, Question.PRESCRIPTION),
        "19800217",
    ),
    VisitRefused(VISIT_ID, FailureCode.ELIGIBILITY_NOT_FOUND),
    SignedResult(42, b"cose"),
    ResultAcknowledged(42),
    DeviceProof(bytes(32)),
    PairingRequested(b"certificate", "clinic-0000000-test", "受付１"),
    PairingCommitted(b"certificate", bytes(32)),
    PairingNonce(NONCE),
    PairingRevealed(NONCE),
    PairingConfirmed((b"leaf", b"issuer"), b"signature"),
    PairingSecret(NONCE),
    PairingKept(),
    PairingRefused(PairingRefusal.DIGITS_DIFFER),
    CertificateRenewed(b"certificate"),
    CertificateKept(b"certificate"),
    Unpaired(),
    PairingForgotten(),
    ReportWanted(),
    REPORT,
    VisitProgressed(VISIT_ID, VisitStep.STAFF_WANTED),
)


def as_written(hello: DeviceHello | AgentHello) -> DeviceHello | AgentHello:
    """A hello that travelled, without what the link itself fills in."""
    if isinstance(hello, AgentHello):
        return replace(hello, challenge=CHALLENGE, proof=bytes(32))
    return replace(hello, challenge=CHALLENGE)
