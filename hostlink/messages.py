"""The messages of one link: plain frozen data, no behaviour.

`messages.cddl` gives their bytes and `codec.py` turns one into the other. No message has a
field for a PIN, a face, a comparison score or the 12-digit number, and none can be added without
changing the CDDL (facts/security.md §2, T8).
"""

from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as far as the reader knows it."""

    unix_ms: int
    """Milliseconds since 1970-01-01T00:00Z."""
    uncertainty_s: int
    """The true time lies within ± this many seconds; large while nobody has told the time."""
    source: TimeSource


@dataclass(frozen=True, slots=True)
class DeviceHello:
    """First message of the device on a fresh session."""

    lowest_version: int
    highest_version: int
    ueid: bytes
    """Universal Entity ID of the reader, 7 to 33 bytes (RFC 9711 §4.2.1)."""
    firmware: str
    boot_count: int
    next_seq: int
    """Sequence number the next result will get: shows a rolled-back or cloned reader."""
    challenge: bytes = field(default=b"", repr=False)
    """16 fresh random bytes for the agent's proof; the link fills them in."""


@dataclass(frozen=True, slots=True)
class AgentHello:
    """The agent's answer; only now does the link count as up (facts/security.md §4.2)."""

    version: int
    """The version both speak from here on."""
    audience: str
    """Identifier of the clinic and agent. The reader compares it with the one it was paired for;
    every result is addressed to that one."""
    unix_ms: int
    """The agent's wall clock, milliseconds since 1970."""
    challenge: bytes = field(default=b"", repr=False)
    """16 fresh random bytes for the device's proof; the link fills them in."""
    proof: bytes = field(default=b"", repr=False)
    """`hostlink.pairing.agent_proof`; the link fills it in."""


@dataclass(frozen=True, slots=True)
class DeviceProof:
    """The device's last word before the agent counts as up."""

    proof: bytes = field(repr=False)
    """`hostlink.pairing.device_proof`."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there? Sent when the line was quiet for a second."""

    nonce: bytes
    """8 bytes, returned unchanged."""


@dataclass(frozen=True, slots=True)
class Pong:
    """I am."""

    nonce: bytes


@dataclass(frozen=True, slots=True)
class VisitOpened:
    """A card lies on the reader. Sent again for the same visit after a broken link."""

    visit_id: bytes
    """16 random bytes."""
    card_kind: CardKind


@dataclass(frozen=True, slots=True)
class VisitChallenge:
    """What the card must sign to prove itself in this visit. A new one replaces an older one."""

    visit_id: bytes
    nonce: bytes
    """16 bytes that come back inside the signed result and bind it to this request."""
    challenge: bytes = field(repr=False)
    """32 fresh random bytes; the card signs their SHA-256."""


@dataclass(frozen=True, slots=True)
class IdentityProven:
    """The patient was verified and the card signed the challenge."""

    visit_id: bytes
    method: VerificationMethod
    certificate: bytes = field(repr=False)
    """利用者証明用電子証明書, X.509 DER. Holds no name, but identifies the card's holder."""
    challenge_signature: bytes = field(repr=False)
    """RSASSA-PKCS1-v1_5 with SHA-256 over the agent's challenge."""


@dataclass(frozen=True, slots=True)
class VisitOptions:
    """What the eligibility source knows: what to ask this patient and how to greet them."""

    visit_id: bytes
    patient_name: str = field(repr=False)
    """Name to show for confirmation; shown once, never stored."""
    is_registered: bool
    """False: first visit with this card, the patient is asked for 利用登録."""
    consents: tuple[ConsentItem, ...]
    """Items to ask, in this order; empty when nothing may or need be asked."""
    notices: tuple[Notice, ...]
    questions: tuple[Question, ...] | None = None
    """To ask after the consents, in this order; None: nothing, or an answer from before this was
    there."""
    birthdate: str | None = field(default=None, repr=False)
    """Of whom the source knows, `yyyymmdd`: the reader compares it with the card's record and keeps
    it nowhere. None: no day is known."""


@dataclass(frozen=True, slots=True)
class VisitRefused:
    """The agent cannot go on with this visit."""

    visit_id: bytes
    failure: FailureCode


@dataclass(frozen=True, slots=True)
class ConsentDecision:
    """One answer a patient gave by pressing a button."""

    item: ConsentItem
    answer: ConsentAnswer
    at: Moment


@dataclass(frozen=True, slots=True)
class FaceMatch:
    """What a face check that matched says of itself. There is no field for a score."""

    band: MatchBand
    threshold_id: str
    """Which threshold of the model's bundle decided, e.g. `adults-1e-4`: 1 to 32 characters, a-z
    first, then also 0-9, `.` and `-`."""


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """What happened at the reader, before it is numbered and signed."""

    visit_id: bytes
    nonce: bytes
    """The agent's nonce; empty when the agent had not answered yet."""
    card_kind: CardKind | None
    outcome: VisitOutcome
    failure: FailureCode | None
    """Set exactly when the outcome is not COMPLETED."""
    method: VerificationMethod | None
    """Set exactly when the patient was verified."""
    verified_at: Moment | None
    has_registered: bool
    """The patient agreed to 利用登録 in this visit."""
    consents: tuple[ConsentDecision, ...]
    """Only what was asked and answered."""
    match: FaceMatch | None = None
    """Only with the method FACE. A reader always says it; results from before it lack it."""
    notices: tuple[Notice, ...] | None = None
    """What the agent found about the certificate, which the patient is to be told; empty: nothing,
    it is good. None: the visit did not complete, or the result is from before this was there."""
    decisions: tuple[Decision, ...] | None = None
    """Answers to the questions that were asked, one each. None: nothing was answered, or the result
    is from before this was there."""
    emergency: Emergency | None = None
    """What the reader was set to. None: ordinary reception."""


@dataclass(frozen=True, slots=True)
class SignedResult:
    """A result from the reader's outbox; sent again until acknowledged."""

    seq: int
    cose: bytes = field(repr=False)
    """Tagged COSE_Sign1; the bytes that were signed are the bytes that are kept and sent."""


@dataclass(frozen=True, slots=True)
class ResultAcknowledged:
    """The agent has verified the result and holds it on its disk."""

    seq: int


@dataclass(frozen=True, slots=True)
class PairingRequested:
    """An agent wants to be paired."""

    certificate: bytes
    """DER: what the agent will show from now on."""
    audience: str
    """ASCII, 1 to 128 characters: whom the reader's results will be for."""
    name: str
    """What the reader's screen calls this agent; `hostlink.pairing.is_name`."""


@dataclass(frozen=True, slots=True)
class PairingCommitted:
    """The reader is ready, and bound to its nonce."""

    certificate: bytes
    """DER: what the reader will show this agent from now on."""
    commitment: bytes
    """`hostlink.pairing.commitment`, 32 bytes."""


@dataclass(frozen=True, slots=True)
class PairingNonce:
    """The agent's share of the six digits."""

    nonce: bytes
    """16 random bytes."""


@dataclass(frozen=True, slots=True)
class PairingRevealed:
    """The reader's share; both ends can show the digits now."""

    nonce: bytes
    """16 random bytes."""


@dataclass(frozen=True, slots=True)
class PairingConfirmed:
    """Somebody has compared the digits on the reader's display."""

    chain: tuple[bytes, ...]
    """DER: the certificates of the key that signs results, leaf first, without the root."""
    signature: bytes
    """ECDSA with SHA-256, DER, over `hostlink.pairing.statement`."""


@dataclass(frozen=True, slots=True)
class PairingSecret:
    """Somebody has compared the digits at the agent, too."""

    secret: bytes = field(repr=False)
    """16 random bytes that both ends keep."""


@dataclass(frozen=True, slots=True)
class PairingKept:
    """The pairing is on the reader's disk."""


@dataclass(frozen=True, slots=True)
class PairingRefused:
    """This pairing comes to nothing; either end may say so at any moment."""

    reason: PairingRefusal


@dataclass(frozen=True, slots=True)
class CertificateRenewed:
    """The paired agent will come with another certificate."""

    certificate: bytes
    """DER."""


@dataclass(frozen=True, slots=True)
class CertificateKept:
    """The reader believes it from now on, beside the one before until it is used."""

    certificate: bytes
    """DER: what the reader will show in turn."""


@dataclass(frozen=True, slots=True)
class Unpaired:
    """The paired agent ends the pairing."""


@dataclass(frozen=True, slots=True)
class PairingForgotten:
    """The reader has forgotten the pairing."""


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """The agent wants to know how the reader sees cable and results; it may ask at any time."""


@dataclass(frozen=True, slots=True)
class ResultCounts:
    """The reader's results, counted."""

    waiting: int
    """Not known to be on an agent's disk."""
    elsewhere: int
    """Of these: made for another clinic, to which this reader was paired before; kept for it."""
    sent_again: int
    """Since the reader began to serve: sent although they had been sent before."""


@dataclass(frozen=True, slots=True)
class ResetCount:
    """How often sessions ended, or attempts failed, for one reason."""

    reason: int
    """`hostlink.reset.ResetReason`, or one of a later version."""
    times: int


@dataclass(frozen=True, slots=True)
class LinkCounters:
    """What one end counted on the cable since its link was made."""

    frames_received: int
    bad_crc: int
    """Pieces between delimiters that were no sound frame."""
    gaps: int
    """Times a frame was missing."""
    repeated: int
    """Frames that had already been received; dropped."""
    stale: int
    """Frames of another epoch; dropped."""
    ignored: int
    """Frames of a type or frame version this end does not know."""
    sessions: int
    """Times the link came up."""
    resets: tuple[ResetCount, ...]
    rtt_p50_us: int | None
    """Round trip of the last pings, microseconds; none before the first."""
    rtt_p99_us: int | None


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """How the reader sees cable and results."""

    results: ResultCounts
    link: LinkCounters


@dataclass(frozen=True, slots=True)
class VisitProgressed:
    """Where the patient of a visit is now. News, no record: never sent again after a loss."""

    visit_id: bytes
    step: VisitStep


Message = (
    DeviceHello
    | AgentHello
    | Ping
    | Pong
    | VisitOpened
    | VisitChallenge
    | IdentityProven
    | VisitOptions
    | VisitRefused
    | SignedResult
    | ResultAcknowledged
    | DeviceProof
    | PairingRequested
    | PairingCommitted
    | PairingNonce
    | PairingRevealed
    | PairingConfirmed
    | PairingSecret
    | PairingKept
    | PairingRefused
    | CertificateRenewed
    | CertificateKept
    | Unpaired
    | PairingForgotten
    | ReportWanted
    | DeviceReport
    | VisitProgressed
)
