"""The codec writes what `messages.cddl` says, reads it back, and refuses everything else."""

import dataclasses
import re
from enum import IntEnum

import cbor2
import pycddl  # type: ignore[import-untyped]  # the package ships no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostlink import codec, messages, terms
from hostlink.errors import MalformedMessageError
from hostlink.messages import (
    AgentHello,
    DeviceHello,
    IdentityProven,
    Message,
    Ping,
    SignedResult,
    VisitOptions,
)
from hostlink.terms import ConsentItem
from tests.hostlink import samples
from tests.hostlink.pki import UEID
from tests.hostlink.schema import fields, schema, words


def cddl_name(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


@pytest.mark.parametrize("message", samples.MESSAGES, ids=lambda m: type(m).__name__)
def test_round_trip_and_schema(message: Message) -> None:
    encoded = codec.encode(message)
    assert codec.decode(encoded) == message
    schema(cddl_name(type(message).__name__)).validate_cbor(encoded)
    schema("message").validate_cbor(encoded)


@pytest.mark.parametrize("message", samples.MESSAGES, ids=lambda m: type(m).__name__)
def test_fields_are_numbered_as_in_the_schema(message: Message) -> None:
    # Moving a field in a dataclass or in the codec would exchange two fields on the wire.
    names = [field.name for field in dataclasses.fields(message)]
    assert fields(cddl_name(type(message).__name__)) == names


def test_samples_hold_every_message() -> None:
    assert {type(message) for message in samples.MESSAGES} == set(messages.Message.__args__)


WORDS = [
    word
    for word in vars(terms).values()
    if isinstance(word, type) and issubclass(word, IntEnum) and word is not IntEnum
]


@pytest.mark.parametrize("word", WORDS, ids=lambda w: w.__name__)
def test_words_are_those_of_the_schema(word: type[IntEnum]) -> None:
    assert words(cddl_name(word.__name__)) == {item.name: item.value for item in word}


def test_schema_catches_a_wrong_type() -> None:
    # The judge can say no.
    with pytest.raises(pycddl.ValidationError):
        schema("ping").validate_cbor(cbor2.dumps([3, {1: bytes(7)}]))


VISIT = samples.VISIT_ID


@pytest.mark.parametrize(
    "message",
    [
        Ping(b""),
        Ping(bytes(9)),
        DeviceHello(1, 256, UEID, "", 0, 0),
        DeviceHello(-1, 1, UEID, "", 0, 0),
        DeviceHello(1, 1, bytes(6), "", 0, 0),
        DeviceHello(1, 1, bytes(34), "", 0, 0),
        DeviceHello(1, 1, UEID, "v" * 65, 0, 0),
        DeviceHello(1, 1, UEID, "", 2**32, 0),
        DeviceHello(1, 1, UEID, "", 0, 2**64),
        DeviceHello(True, 1, UEID, "", 0, 0),
        AgentHello(1, "受付" * 22, 0),
        AgentHello(1, "\ud800", 0),
        VisitOptions(VISIT, "", True, (ConsentItem.SURGERY,) * 17, ()),
        IdentityProven(VISIT, terms.VerificationMethod.PIN, b"", b"s"),
        SignedResult(1, bytes(codec.MAX_RESULT_BYTES + 1)),
    ],
)
def test_out_of_bounds_is_not_sent(message: Message) -> None:
    with pytest.raises(MalformedMessageError):
        codec.encode(message)


@pytest.mark.parametrize(
    "value",
    [
        0,
        [],
        [3],
        [0, {}],
        [12, {}],
        [True, {}],
        [3, {}],
        [3, []],
        [3, {1: "12345678"}],
        [3, {1: bytes(8), 2: 0}],
        [3, {1: bytes(8)}, 0],
        [3, {1: None}],
        [5, {1: VISIT, 2: 5}],
        [5, {1: VISIT, 2: True}],
        [8, {1: VISIT, 2: "", 3: 1, 4: [], 5: []}],
        [8, {1: VISIT, 2: "", 3: True, 4: "", 5: []}],
        [8, {1: VISIT, 2: "", 3: True, 4: b"", 5: []}],
        [8, {1: VISIT, 2: "", 3: True, 4: {}, 5: []}],
        [8, {1: VISIT, 2: "", 3: True, 4: [1] * 17, 5: []}],
    ],
    ids=str,
)
def test_refused(value: object) -> None:
    with pytest.raises(MalformedMessageError):
        codec.decode(cbor2.dumps(value, canonical=True))


@given(sample=st.sampled_from(samples.MESSAGES), data=st.data())
@settings(max_examples=300, derandomize=True, deadline=None)
def test_damaged_message_is_refused_or_another_message(
    sample: Message, data: st.DataObject
) -> None:
    encoded = bytearray(codec.encode(sample))
    for _ in range(data.draw(st.integers(1, 3))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    try:
        message = codec.decode(bytes(encoded))
    except MalformedMessageError:
        return
    assert codec.encode(message) == encoded


def test_nothing_personal_in_representations() -> None:
    secret = "試験 花子"
    options = VisitOptions(VISIT, secret, True, (), ())
    proven = IdentityProven(VISIT, terms.VerificationMethod.PIN, b"holder", b"signed")
    assert secret not in repr(options)
    assert "holder" not in repr(proven)
    assert secret not in str(MalformedMessageError())


def test_no_field_for_a_pin_a_face_or_a_number() -> None:
    names = {field.name for kind in messages.Message.__args__ for field in dataclasses.fields(kind)}
    names |= {field.name for field in dataclasses.fields(messages.VisitRecord)}
    parts = {part for name in names for part in name.split("_")}
    assert parts.isdisjoint({"pin", "face", "image", "photo", "embedding", "score", "number"})
