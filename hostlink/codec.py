"""Messages to bytes and back: deterministic CBOR with integer keys, as in `messages.cddl`.

A message is an array of its number and the map of its fields.
"""

from collections.abc import Mapping
from typing import Any

from hostlink import cbor, messages
from hostlink.errors import MalformedMessageError
from hostlink.layout import (
    Layout,
    basic_date,
    blob,
    flag,
    identifier,
    optional,
    record,
    sequence,
    text,
    unsigned,
    word,
)
from hostlink.messages import Message
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

MAX_MESSAGE_BYTES = 64 * 1024
MAX_RESULT_BYTES = 16 * 1024
"""A signed result with four certificates stays far below."""

UEID = blob(7, 33)
VISIT_ID = blob(16)
NONCE = blob(16)
PROOF = blob(32)
CERTIFICATE = blob(1, 2048)
"""Of the cable: P-256, a few hundred bytes."""
UNIX_MS = unsigned(64)

MOMENT = record(
    messages.Moment,
    unix_ms=UNIX_MS,
    uncertainty_s=unsigned(64),
    source=word(TimeSource),
)

CONSENT_DECISION = record(
    messages.ConsentDecision,
    item=word(ConsentItem),
    answer=word(ConsentAnswer),
    at=MOMENT,
)

FACE_MATCH = record(
    messages.FaceMatch,
    band=word(MatchBand),
    threshold_id=identifier(),
)

VISIT_FIELDS: Mapping[str, Layout[Any]] = {
    "visit_id": VISIT_ID,
    "card_kind": optional(word(CardKind)),
    "outcome": word(VisitOutcome),
    "failure": optional(word(FailureCode)),
    "method": optional(word(VerificationMethod)),
    "verified_at": optional(MOMENT),
    "has_registered": flag(),
    "consents": sequence(CONSENT_DECISION, len(ConsentItem)),
    "match": optional(FACE_MATCH),
    "notices": optional(sequence(word(Notice), 16)),
    "decisions": optional(sequence(word(Decision), len(Question))),
    "emergency": optional(word(Emergency)),
}
"""Fields of a visit inside a signed result; the agent's nonce is a claim of its own there."""

_RESULT_COUNTS = record(
    messages.ResultCounts,
    waiting=unsigned(32),
    elsewhere=unsigned(32),
    sent_again=unsigned(64),
)

_RESET_COUNT = record(messages.ResetCount, reason=unsigned(8), times=unsigned(64))

_LINK_COUNTERS = record(
    messages.LinkCounters,
    frames_received=unsigned(64),
    bad_crc=unsigned(64),
    gaps=unsigned(64),
    repeated=unsigned(64),
    stale=unsigned(64),
    ignored=unsigned(64),
    sessions=unsigned(64),
    resets=sequence(_RESET_COUNT, 256),
    rtt_p50_us=optional(unsigned(64)),
    rtt_p99_us=optional(unsigned(64)),
)

_LAYOUTS: Mapping[int, tuple[type[Message], Layout[Any]]] = {
    1: (
        messages.DeviceHello,
        record(
            messages.DeviceHello,
            lowest_version=unsigned(8),
            highest_version=unsigned(8),
            ueid=UEID,
            firmware=text(64),
            boot_count=unsigned(32),
            next_seq=unsigned(64),
            challenge=NONCE,
        ),
    ),
    2: (
        messages.AgentHello,
        record(
            messages.AgentHello,
            version=unsigned(8),
            audience=text(128),
            unix_ms=UNIX_MS,
            challenge=NONCE,
            proof=PROOF,
        ),
    ),
    3: (messages.Ping, record(messages.Ping, nonce=blob(8))),
    4: (messages.Pong, record(messages.Pong, nonce=blob(8))),
    5: (
        messages.VisitOpened,
        record(messages.VisitOpened, visit_id=VISIT_ID, card_kind=word(CardKind)),
    ),
    6: (
        messages.VisitChallenge,
        record(messages.VisitChallenge, visit_id=VISIT_ID, nonce=NONCE, challenge=blob(32)),
    ),
    7: (
        messages.IdentityProven,
        record(
            messages.IdentityProven,
            visit_id=VISIT_ID,
            method=word(VerificationMethod),
            certificate=blob(1, 8192),
            challenge_signature=blob(1, 1024),
        ),
    ),
    8: (
        messages.VisitOptions,
        record(
            messages.VisitOptions,
            visit_id=VISIT_ID,
            patient_name=text(512),
            is_registered=flag(),
            consents=sequence(word(ConsentItem), 16),
            notices=sequence(word(Notice), 16),
            questions=optional(sequence(word(Question), len(Question))),
            birthdate=optional(basic_date()),
        ),
    ),
    9: (
        messages.VisitRefused,
        record(messages.VisitRefused, visit_id=VISIT_ID, failure=word(FailureCode)),
    ),
    10: (
        messages.SignedResult,
        record(messages.SignedResult, seq=unsigned(64), cose=blob(1, MAX_RESULT_BYTES)),
    ),
    11: (messages.ResultAcknowledged, record(messages.ResultAcknowledged, seq=unsigned(64))),
    12: (messages.DeviceProof, record(messages.DeviceProof, proof=PROOF)),
    13: (
        messages.PairingRequested,
        record(
            messages.PairingRequested,
            certificate=CERTIFICATE,
            audience=text(128),
            name=text(64),
        ),
    ),
    14: (
        messages.PairingCommitted,
        record(messages.PairingCommitted, certificate=CERTIFICATE, commitment=blob(32)),
    ),
    15: (messages.PairingNonce, record(messages.PairingNonce, nonce=NONCE)),
    16: (messages.PairingRevealed, record(messages.PairingRevealed, nonce=NONCE)),
    17: (
        messages.PairingConfirmed,
        record(
            messages.PairingConfirmed,
            chain=sequence(blob(1, 4096), 4),
            signature=blob(1, 80),
        ),
    ),
    18: (messages.PairingSecret, record(messages.PairingSecret, secret=blob(16))),
    19: (messages.PairingKept, record(messages.PairingKept)),
    20: (
        messages.PairingRefused,
        record(messages.PairingRefused, reason=word(PairingRefusal)),
    ),
    21: (
        messages.CertificateRenewed,
        record(messages.CertificateRenewed, certificate=CERTIFICATE),
    ),
    22: (messages.CertificateKept, record(messages.CertificateKept, certificate=CERTIFICATE)),
    23: (messages.Unpaired, record(messages.Unpaired)),
    24: (messages.PairingForgotten, record(messages.PairingForgotten)),
    25: (messages.ReportWanted, record(messages.ReportWanted)),
    26: (
        messages.DeviceReport,
        record(messages.DeviceReport, results=_RESULT_COUNTS, link=_LINK_COUNTERS),
    ),
    27: (
        messages.VisitProgressed,
        record(messages.VisitProgressed, visit_id=VISIT_ID, step=word(VisitStep)),
    ),
}

_NUMBERS = {message_type: number for number, (message_type, _) in _LAYOUTS.items()}


def encode(message: Message) -> bytes:
    """The bytes of one message.

    Raises:
        MalformedMessageError: A field is out of the bounds of `messages.cddl`.
    """
    number = _NUMBERS[type(message)]
    _, layout = _LAYOUTS[number]
    return cbor.encode([number, layout.pack(message)])


def decode(data: bytes) -> Message:
    """The message in `data`.

    Raises:
        MalformedMessageError: Not exactly one message in its one deterministic form, larger
            than 64 KiB, or of a kind this version does not know.
    """
    match cbor.decode(data, MAX_MESSAGE_BYTES):
        case [number, fields] if type(number) is int and number in _LAYOUTS:
            _, layout = _LAYOUTS[number]
            message: Message = layout.unpack(fields)
            return message
        case _:
            raise MalformedMessageError
