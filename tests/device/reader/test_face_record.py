from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.reader.errors import MalformedAnswerError, PhotoMissingError, ReaderError
from device.reader.face_record import FaceLayout, FaceRecord
from tests.device.reader.issued_records import (
    Surface,
    objects_of,
    offsets_of,
    record_of,
    surface_of,
)
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.tlv import record_with_offsets, tlv

PHOTO = bytes.fromhex("0000000C6A502020") + bytes(range(256))


@pytest.fixture
def surface(issuer: Issuer) -> Surface:
    return surface_of(issuer.issue(catalog.MY_NUMBER, PHOTO))


def read(face: bytes) -> FaceRecord:
    return record_of(Surface(face, b"", None))


def with_offset(face: bytes, index: int, offset: int) -> bytes:
    at = 8 + 2 * index
    return face[:at] + offset.to_bytes(2, "big") + face[at + 2 :]


def test_reads_what_is_signed(surface: Surface) -> None:
    objects = objects_of(surface.face)
    record = read(surface.face)
    assert record.identity == b"".join(objects[:3])
    assert record.chip_key == objects[2][5:]
    assert record.photo_object == objects[5]
    assert record.photo == PHOTO
    assert record.signature == objects[6][5:]


def test_filler_behind_the_record_does_not_matter(surface: Surface) -> None:
    assert read(surface.face + b"\xff" * 300) == read(surface.face)


def test_lengths_may_be_written_short_or_long(surface: Surface) -> None:
    objects = objects_of(surface.face)
    sex = objects[1][-1:]
    longer = [*objects[:1], bytes.fromhex("DF2382 0001") + sex, *objects[2:]]
    face = record_with_offsets(0xFF20, 0xDF21, longer, is_long=True)
    assert read(face).identity == b"".join(longer[:3])
    assert read(face).photo == PHOTO


@pytest.mark.parametrize("index", [0, 1, 2, 3, 5, 6, 7, 8])
@pytest.mark.parametrize("shift", [-1, 1])
def test_an_offset_beside_its_object(surface: Surface, index: int, shift: int) -> None:
    with pytest.raises(MalformedAnswerError):
        read(with_offset(surface.face, index, offsets_of(surface.face)[index] + shift))


def test_where_the_address_begins_does_not_matter(surface: Surface) -> None:
    assert read(with_offset(surface.face, 4, offsets_of(surface.face)[4] + 1)).photo == PHOTO


@pytest.mark.parametrize("index", range(9))
@pytest.mark.parametrize("offset", [1, 0x7FFF, 0xFFFF])
def test_an_offset_out_of_order(surface: Surface, index: int, offset: int) -> None:
    with pytest.raises(MalformedAnswerError):
        read(with_offset(surface.face, index, offset))


def test_two_objects_at_one_place(surface: Surface) -> None:
    with pytest.raises(MalformedAnswerError, match="not in order"):
        read(with_offset(surface.face, 4, offsets_of(surface.face)[3]))


def test_a_gap_behind_the_table(surface: Surface) -> None:
    length = int.from_bytes(surface.face[3:5], "big") + 1
    gap = surface.face[:3] + length.to_bytes(2, "big") + surface.face[5:26] + b"\xff"
    face = gap + surface.face[26:]
    for index, offset in enumerate(offsets_of(surface.face)):
        face = with_offset(face, index, offset + 1)
    assert objects_of(face) == objects_of(surface.face)
    with pytest.raises(MalformedAnswerError, match="leads out"):
        read(face)


def test_a_record_that_ends_before_its_last_object(surface: Surface) -> None:
    length = offsets_of(surface.face)[8] - 5
    with pytest.raises(MalformedAnswerError, match="leads out"):
        read(surface.face[:3] + length.to_bytes(2, "big") + surface.face[5:])


def test_what_was_read_behind_the_identity_is_no_part_of_it(surface: Surface) -> None:
    layout = FaceLayout.parse(surface.face[:256])
    tail = surface.face[layout.photo_begin : layout.photo_end]
    assert FaceRecord.parse(layout, surface.face, tail) == read(surface.face)


def test_no_photo(surface: Surface) -> None:
    with pytest.raises(PhotoMissingError):
        read(with_offset(surface.face, 5, 0))
    with pytest.raises(PhotoMissingError):
        read(surface.with_objects({0xDF27: b""}).face)


def test_the_photo_has_a_limit(surface: Surface) -> None:
    unsigned_bytes = 5 + 261 + 11
    most = surface.with_objects({0xDF27: bytes(24 * 1024 - unsigned_bytes)})
    assert len(read(most.face).photo) == 24 * 1024 - unsigned_bytes
    more = surface.with_objects({0xDF27: bytes(24 * 1024 - unsigned_bytes + 1)})
    with pytest.raises(MalformedAnswerError, match="photo is too long"):
        read(more.face)


def test_the_identity_has_a_limit(surface: Surface) -> None:
    with pytest.raises(MalformedAnswerError, match="identity is too long"):
        read(surface.with_objects({0xDF22: bytes(300)}).face)


@pytest.mark.parametrize(
    "digits", [b"", b"2035031", b"203503140", b"20350230", b"20351314", b"2035-3-1", b"2020W101"]
)
def test_expiry_must_be_a_date(surface: Surface, digits: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        read(surface.with_objects({0xDF29: digits}).face)


@pytest.mark.parametrize("index", [0, 1, 2, 5, 6, 7])
def test_another_object_in_its_place(surface: Surface, index: int) -> None:
    objects = objects_of(surface.face)
    objects[index] = b"\xdf\x30" + objects[index][2:]
    with pytest.raises(MalformedAnswerError):
        read(record_with_offsets(0xFF20, 0xDF21, objects, is_long=False))


@pytest.mark.parametrize("index", [0, 1, 2, 5, 6, 7])
def test_nothing_hides_behind_an_object(surface: Surface, index: int) -> None:
    objects = objects_of(surface.face)
    objects[index] += tlv(0xDF30, b"X")
    with pytest.raises(MalformedAnswerError):
        read(record_with_offsets(0xFF20, 0xDF21, objects, is_long=False))


def test_another_file(surface: Surface) -> None:
    objects = objects_of(surface.face)
    for face in (
        b"",
        bytes(400),
        b"\xff" * 400,
        surface.certificate,
        surface.face[:20],
        record_with_offsets(0xFF40, 0xDF21, objects, is_long=False),
        record_with_offsets(0xFF20, 0xDF20, objects, is_long=False),
        record_with_offsets(0xFF20, 0xDF21, objects[:-1], is_long=False),
        surface.face[: offsets_of(surface.face)[7]],
    ):
        with pytest.raises(MalformedAnswerError):
            read(face)


@given(st.binary(max_size=600), st.binary(max_size=600))
def test_arbitrary_bytes_raise_nothing_else(head: bytes, tail: bytes) -> None:
    with pytest.raises(ReaderError):
        FaceLayout.parse(head)
    layout = FaceLayout((32, 43, 47, 317, 400, 500, 900, 1161, 1172))
    with pytest.raises(ReaderError):
        FaceRecord.parse(layout, head, tail)


def test_shows_nothing_of_the_holder(surface: Surface) -> None:
    record = replace(read(surface.face), photo=b"PHOTO", photo_object=b"OBJECT")
    assert repr(record) == "FaceRecord()"
