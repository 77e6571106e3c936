"""Claims survive their encoding; what contradicts itself is neither signed nor believed."""

from collections.abc import Sequence
from dataclasses import replace

import cbor2
import pycddl  # type: ignore[import-untyped]  # the package ships no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostlink import messages, terms
from hostlink.errors import MalformedMessageError
from hostlink.messages import ConsentDecision, FaceMatch, Moment, VisitRecord
from hostlink.result import (
    OWN_CLAIMS_KEY,
    ResultClaims,
    decode_claims,
    encode_claims,
    hash_of_payload,
)
from hostlink.terms import ConsentAnswer, ConsentItem, FailureCode, TimeSource, VisitOutcome
from tests.hostlink.samples import (
    ABANDONED,
    COMPLETED,
    FACE_MATCHED,
    IN_AMBULANCE,
    MOMENT,
    claims_of,
)
from tests.hostlink.schema import fields, schema

u64 = st.integers(0, 2**64 - 1)
moments = st.builds(Moment, u64, u64, st.sampled_from(TimeSource))
ORDINARY_ANSWERS = (ConsentAnswer.REFUSED, ConsentAnswer.GIVEN)


def decisions(
    answers: Sequence[ConsentAnswer],
) -> st.SearchStrategy[tuple[ConsentDecision, ...]]:
    made = st.builds(
        ConsentDecision, st.sampled_from(ConsentItem), st.sampled_from(answers), moments
    )
    return st.lists(made, max_size=4, unique_by=lambda decision: decision.item).map(tuple)


matches = st.none() | st.builds(
    FaceMatch,
    st.sampled_from(terms.MatchBand),
    st.from_regex(r"[a-z][a-z0-9.-]{0,31}", fullmatch=True),
)


@st.composite
def records(draw: st.DrawFn) -> VisitRecord:
    outcome = draw(st.sampled_from(VisitOutcome))
    is_completed = outcome is VisitOutcome.COMPLETED
    is_verified = is_completed or draw(st.booleans())
    method = draw(st.sampled_from(terms.VerificationMethod)) if is_verified else None
    emergency = draw(st.none() | st.sampled_from(terms.Emergency))
    is_ambulance = emergency is terms.Emergency.AMBULANCE
    answers = tuple(ConsentAnswer) if is_ambulance else ORDINARY_ANSWERS
    return VisitRecord(
        visit_id=draw(st.binary(min_size=16, max_size=16)),
        nonce=draw(st.just(b"") | st.binary(min_size=16, max_size=16)),
        card_kind=draw(st.none() | st.sampled_from(terms.CardKind)),
        outcome=outcome,
        failure=None if is_completed else draw(st.sampled_from(FailureCode)),
        method=method,
        verified_at=draw(moments) if is_verified else None,
        has_registered=is_verified and draw(st.booleans()),
        consents=draw(decisions(answers)) if is_verified else (),
        match=draw(matches) if method is terms.VerificationMethod.FACE else None,
        notices=draw(st.none() | st.lists(st.sampled_from(terms.Notice), max_size=3).map(tuple)),
        emergency=emergency,
    )


hashes = st.binary(min_size=32, max_size=32)
any_claims = st.builds(
    ResultClaims,
    record=records(),
    ueid=st.binary(min_size=7, max_size=33),
    seq=u64,
    boot_count=st.integers(0, 2**32 - 1),
    previous_hash=hashes,
    audience=st.text(max_size=32),
    issued_at=moments,
    monotonic_ms=u64,
    firmware_hash=hashes,
    model_hash=hashes,
    consent_text_hash=hashes,
)


@given(any_claims)
@settings(derandomize=True, deadline=None, max_examples=60)
def test_round_trip_and_schema(made: ResultClaims) -> None:
    payload = encode_claims(made)
    assert decode_claims(payload) == made
    schema("result-claims").validate_cbor(payload)


def test_registered_claims_have_their_registered_keys() -> None:
    payload = cbor2.loads(encode_claims(claims_of(COMPLETED)))
    assert payload[3] == "clinic-0000000-test"
    assert payload[10] == COMPLETED.nonce
    assert payload[256] == claims_of(COMPLETED).ueid
    assert payload[267] == 7
    assert set(payload) == {3, 10, 256, 267, OWN_CLAIMS_KEY}


def test_no_nonce_claim_before_the_agent_answered() -> None:
    assert 10 not in cbor2.loads(encode_claims(claims_of(ABANDONED)))


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("moment", list(messages.Moment.__slots__)),
        ("face-match", list(messages.FaceMatch.__slots__)),
        ("consent-decision", list(messages.ConsentDecision.__slots__)),
        ("visit-record", [n for n in messages.VisitRecord.__slots__ if n != "nonce"]),
    ],
)
def test_fields_are_numbered_as_in_the_schema(rule: str, names: list[str]) -> None:
    assert fields(rule) == names


def test_schema_catches_a_missing_claim() -> None:
    payload = cbor2.loads(encode_claims(claims_of(COMPLETED)))
    del payload[256]
    with pytest.raises(pycddl.ValidationError):
        schema("result-claims").validate_cbor(cbor2.dumps(payload, canonical=True))


CONTRADICTIONS = {
    "completed with a failure": replace(COMPLETED, failure=FailureCode.INTERNAL),
    "failed without a reason": replace(COMPLETED, outcome=VisitOutcome.FAILED),
    "completed without verification": replace(
        COMPLETED, method=None, verified_at=None, consents=()
    ),
    "verified at no time": replace(COMPLETED, verified_at=None),
    "a time without a verification": replace(ABANDONED, verified_at=MOMENT),
    "consent without verification": replace(ABANDONED, consents=COMPLETED.consents),
    "registered without verification": replace(ABANDONED, has_registered=True),
    "a face that matched a PIN": replace(FACE_MATCHED, method=terms.VerificationMethod.PIN),
    "a face that matched without verification": replace(ABANDONED, match=FACE_MATCHED.match),
    "decided without verification": replace(ABANDONED, decisions=(terms.Decision.NO_SUBSIDY,)),
    "decided both ways": replace(
        COMPLETED, decisions=(terms.Decision.USE_SUBSIDY, terms.Decision.NO_SUBSIDY)
    ),
    "nobody could answer at an ordinary reception": replace(IN_AMBULANCE, emergency=None),
    "nobody could answer after a disaster": replace(
        IN_AMBULANCE, emergency=terms.Emergency.DISASTER
    ),
    "asked twice": replace(COMPLETED, consents=COMPLETED.consents[:1] * 2),
}


@pytest.mark.parametrize("record", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradiction_is_not_signed(record: VisitRecord) -> None:
    with pytest.raises(MalformedMessageError):
        encode_claims(claims_of(record))


@pytest.mark.parametrize("record", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradiction_is_not_believed(
    record: VisitRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as careless:
        careless.setattr("hostlink.result._refuse_contradiction", lambda _: None)
        payload = encode_claims(claims_of(record))
        assert decode_claims(payload).record == record
    with pytest.raises(MalformedMessageError):
        decode_claims(payload)


SOUND = claims_of(COMPLETED)


def _threshold(name: str) -> ResultClaims:
    return claims_of(replace(COMPLETED, match=FaceMatch(terms.MatchBand.MATCH, name)))


@pytest.mark.parametrize(
    "claims",
    [
        replace(SOUND, ueid=bytes(6)),
        replace(SOUND, seq=2**64),
        replace(SOUND, boot_count=-1),
        replace(SOUND, previous_hash=b""),
        replace(SOUND, audience="a" * 129),
        replace(SOUND, firmware_hash=bytes(31)),
        replace(SOUND, record=replace(COMPLETED, nonce=bytes(15))),
        _threshold(""),
        _threshold("0.52"),
        _threshold("adults 1e-4"),
        _threshold("a" * 33),
    ],
)
def test_out_of_bounds_is_not_signed(claims: ResultClaims) -> None:
    with pytest.raises(MalformedMessageError):
        encode_claims(claims)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (OWN_CLAIMS_KEY, [2, {}]),
        (OWN_CLAIMS_KEY, [True, {}]),
        (OWN_CLAIMS_KEY, {}),
        (OWN_CLAIMS_KEY, [1, {}]),
        (10, b""),
        (11, 0),
        (256, "ueid"),
    ],
)
def test_refused(key: int, value: object) -> None:
    payload = cbor2.loads(encode_claims(claims_of(COMPLETED)))
    payload[key] = value
    with pytest.raises(MalformedMessageError):
        decode_claims(cbor2.dumps(payload, canonical=True))


def test_payload_that_is_no_map() -> None:
    with pytest.raises(MalformedMessageError):
        decode_claims(cbor2.dumps([]))


def test_hash_chain() -> None:
    first = encode_claims(claims_of(ABANDONED, seq=1))
    second = replace(claims_of(COMPLETED, seq=2), previous_hash=hash_of_payload(first))
    assert decode_claims(encode_claims(second)).previous_hash == hash_of_payload(first)
