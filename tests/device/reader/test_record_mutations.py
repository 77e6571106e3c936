"""A damaged or forged record is never believed, whichever bytes of it were changed."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.reader.cv_certificate import CvCertificate
from device.reader.errors import ReaderError
from device.reader.record_anchors import RecordAnchors
from device.reader.tlv import read_header
from tests.device.reader.issued_records import (
    Surface,
    offsets_of,
    photo_of,
    record_of,
    surface_of,
    value_of,
)
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer

PHOTO = bytes.fromhex("0000000C6A502020") + bytes(range(256))
SIGNED_TAGS = (0xDF22, 0xDF23, 0xDF24, 0xDF27, 0xDF28)


@pytest.fixture(scope="module")
def genuine(issuer: Issuer) -> Surface:
    return surface_of(issuer.issue(catalog.MY_NUMBER, PHOTO))


@pytest.fixture(scope="module")
def anchors(issuer: Issuer) -> RecordAnchors:
    return RecordAnchors([issuer.record_ca])


@st.composite
def mutations(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """One to three bytes flipped, put in or taken out anywhere."""
    edits = draw(
        st.lists(
            st.tuples(
                st.floats(0, 1, exclude_max=True), st.integers(1, 255), st.sampled_from("fffid")
            ),
            min_size=1,
            max_size=3,
        )
    )

    def mutate(data: bytes) -> bytes:
        for place, value, kind in edits:
            at = int(place * len(data))
            old = data[at : at + 1]
            new = {"f": bytes(byte ^ value for byte in old), "i": old + bytes((value,)), "d": b""}
            data = data[:at] + new[kind] + data[at + 1 :]
        return data

    return mutate


BOUNDED = settings(max_examples=200, deadline=None)


def signed_parts(surface: Surface) -> tuple[bytes, bytes]:
    record = record_of(surface)
    return record.identity, record.photo_object


@BOUNDED
@given(mutations())
def test_no_mutated_record_is_believed(
    genuine: Surface, anchors: RecordAnchors, mutate: Callable[[bytes], bytes]
) -> None:
    mutated = replace(genuine, face=mutate(genuine.face))
    try:
        photo = photo_of(mutated, anchors)
    except ReaderError:
        return
    assert photo == PHOTO
    assert signed_parts(mutated) == signed_parts(genuine)


@BOUNDED
@given(mutations(), st.sampled_from(SIGNED_TAGS))
def test_no_mutated_value_is_believed(
    genuine: Surface, anchors: RecordAnchors, mutate: Callable[[bytes], bytes], tag: int
) -> None:
    value = value_of(genuine.face, tag)
    mutated = mutate(value)
    if mutated == value:
        return
    with pytest.raises(ReaderError):
        photo_of(genuine.with_objects({tag: mutated}), anchors)


@BOUNDED
@given(mutations())
def test_no_mutated_certificate_is_believed(
    genuine: Surface, anchors: RecordAnchors, mutate: Callable[[bytes], bytes]
) -> None:
    mutated = mutate(genuine.certificate)
    try:
        photo_of(replace(genuine, certificate=mutated), anchors)
    except ReaderError:
        return
    object_alone = mutated[: read_header(mutated).end_offset]
    assert CvCertificate.parse(object_alone) == CvCertificate.parse(genuine.certificate)


def test_without_the_checks_they_would_be_believed(genuine: Surface) -> None:
    """Negative control: the mutations do reach what is signed."""
    begin = offsets_of(genuine.face)[5] + 5
    for at in range(begin, begin + len(PHOTO), 16):
        face = genuine.face[:at] + bytes((genuine.face[at] ^ 1,)) + genuine.face[at + 1 :]
        assert record_of(replace(genuine, face=face)).photo != PHOTO
