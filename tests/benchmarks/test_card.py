"""What docs/CARD.md promises of the time with the card, in virtual time: the same everywhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.card import RATES_KBPS, lay, naive_visit, visit
from benchmarks.card_bound import bound_of
from device.reader.card_files import never
from device.reader.printed_code import PrintedCode
from device.reader.session import CardSession
from tests.hw_sim.card.issuer import Issuer

MOST_TIMES_THE_BOUND = 1.15
MOST_WAITED_S = 0.3
"""After the choice, without the RSA operation."""


@pytest.mark.parametrize("rate_kbps", RATES_KBPS)
@pytest.mark.parametrize("is_by_face", [False, True])
def test_a_visit_is_near_its_bound_and_the_choice_near_the_signature(
    issuer: Issuer, tmp_path: Path, rate_kbps: int, *, is_by_face: bool
) -> None:
    measured = visit(issuer, tmp_path, rate_kbps, is_by_face=is_by_face)
    assert 1 < measured.ratio <= MOST_TIMES_THE_BOUND
    assert measured.waited_s < MOST_WAITED_S
    assert measured.waited_in_all_s == pytest.approx(measured.waited_s + 0.3)


def test_a_reader_that_reads_the_photo_twice_is_too_slow(
    issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the bound does not grow with what a reader asks for."""
    read_photo = CardSession.read_photo

    def twice(
        session: CardSession, code: PrintedCode, is_stopped: Callable[[], bool] = never
    ) -> bytes:
        read_photo(session, code, is_stopped)
        return read_photo(session, code, is_stopped)

    monkeypatch.setattr(CardSession, "read_photo", twice)
    assert visit(issuer, tmp_path, 106, is_by_face=True).ratio > MOST_TIMES_THE_BOUND


def test_a_reader_that_reads_after_the_choice_lets_the_patient_wait(
    issuer: Issuer, tmp_path: Path
) -> None:
    """Negative control: the plain client asks for everything when it needs it."""
    assert naive_visit(issuer, tmp_path, 106, is_by_face=True).waited_s > MOST_WAITED_S


def test_the_bound_counts_each_object_of_the_card_once(issuer: Issuer) -> None:
    by_pin, by_face = (bound_of(lay(issuer, 106), 576, is_by_face=b) for b in (False, True))
    assert by_pin.objects[:2] == by_face.objects[:2] == (30, 32)
    assert by_pin.objects[3:] == (51, 256, 4)
    assert by_face.objects[3:6] == (51, 256, 14)
    assert by_face.objects[6] == 311
    assert by_face.objects[8:] == (568, 51, 256, 576, 8, 256)
    assert by_face.cryptography_s == pytest.approx(0.69)
