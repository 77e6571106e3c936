"""The same file with its outer length in the shortest form, and with leading zeros.

Cards in the field do both (facts/card.md §3.1 has `FF 20 65` and `FF 20 82 00 65` of one file), and
nobody signs the outer length, so both are read and neither is believed more.
"""

from dataclasses import replace

import pytest

from device.reader.card_files import CardFiles, never
from device.reader.card_surface import CardSurface
from device.reader.cv_certificate import CvCertificate
from device.reader.errors import MalformedAnswerError
from device.reader.exchange import Exchange
from device.reader.record_anchors import RecordAnchors
from device.reader.tlv import read_header
from tests.device.reader.calendar_day import known_day
from tests.device.reader.issued_records import (
    CODE,
    photo_of,
    surface_of,
)
from tests.device.reader.laid_cards import InProcessSlot
from tests.device.reader.unwatched import unwatched
from tests.device.reader.visit_steps import PHOTO
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile

MINIMAL = catalog.MY_NUMBER
LONGER = replace(catalog.MY_NUMBER, has_long_outer_length=True)
HEADER_BYTES = 5
"""Tag and length where both have their shortest form: FF20 82 xxxx, 7F21 82 xxxx."""


def with_length(file: bytes, length: str) -> bytes:
    """The file with these bytes in place of 82, with which its outer length begins."""
    return file[:2] + bytes.fromhex(length) + file[3:]


@pytest.mark.parametrize("profile", [MINIMAL, LONGER], ids=["minimal", "longer"])
def test_the_photo_is_read_and_proven_in_both_forms(
    issuer: Issuer, anchors: RecordAnchors, profile: CardProfile
) -> None:
    card = issuer.issue(profile, PHOTO)
    files = CardFiles(Exchange(InProcessSlot(card), apdu_deadline_s=2))

    assert CardSurface(files, anchors, known_day).read_photo(CODE, never, unwatched) == PHOTO


def test_a_reader_that_counts_on_one_form_would_fail_with_the_other(issuer: Issuer) -> None:
    """Negative control: these files really begin their content at different bytes."""
    shorter, longer = (surface_of(issuer.issue(each, PHOTO)) for each in (MINIMAL, LONGER))

    for file, inner in ((shorter.face, "DF21"), (shorter.certificate, "5F4E")):
        assert file[HEADER_BYTES:].startswith(bytes.fromhex(inner))
    for file, inner in ((longer.face, "DF21"), (longer.certificate, "5F4E")):
        assert not file[HEADER_BYTES:].startswith(bytes.fromhex(inner))


def test_a_certificate_with_a_leading_zero_is_the_same_certificate(issuer: Issuer) -> None:
    shorter, longer = (surface_of(issuer.issue(each)).certificate for each in (MINIMAL, LONGER))

    assert longer[:6] == bytes.fromhex("7F2183000233")
    assert CvCertificate.parse(longer) == CvCertificate.parse(shorter)


@pytest.mark.parametrize("length", ["8300", "840000"])
def test_leading_zeros_are_read_as_they_are_written(length: str) -> None:
    header = read_header(bytes.fromhex(f"FF20{length}0123"))

    assert header.value_bytes == 0x0123
    assert header.value_offset == 2 + len(length) // 2 + 2


@pytest.mark.parametrize("length", ["80", "85000000", "8300FF", "8301"])
def test_other_outer_lengths_end_the_reading(
    issuer: Issuer, anchors: RecordAnchors, length: str
) -> None:
    """Indefinite, of too many bytes, or longer than such a file can be."""
    surface = surface_of(issuer.issue(MINIMAL, PHOTO))
    assert photo_of(surface, anchors) == PHOTO

    face, certificate = (with_length(file, length) for file in (surface.face, surface.certificate))
    for broken in (replace(surface, face=face), replace(surface, certificate=certificate)):
        with pytest.raises(MalformedAnswerError):
            photo_of(broken, anchors)
