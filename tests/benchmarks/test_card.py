"""What docs/CARD.md promises of the time with the card, in virtual time: the same everywhere."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.card import RATES_KBPS, Measured, measure, measure_naive
from benchmarks.card_bound import Bound, bound_of
from benchmarks.card_visits import VISITS, PlannedVisit, Proof, lay, seconds_of
from device.jobs.reading import PhotoReading
from device.reader.card_surface import Sending
from device.reader.printed_code import PrintedCode
from device.reader.session import CardSession
from tests.device.reader.issued_records import certificate_of, surface_of, value_of
from tests.device.reader.named_commands import name_of
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.link_timing import LinkTiming

MOST_TIMES_THE_BOUND = 1.15
MOST_WAITED_S = 0.3
"""After the choice, without the RSA operation."""
PIN_ALONE, PIN_WITH_CAMERA, FACE, FACE_AT_ONCE, ANDROID, IPHONE = VISITS
TERMINAL = [*["TERMINAL CERTIFICATE"] * 2, "GET CHALLENGE", "EXTERNAL AUTHENTICATE"]

every_row = pytest.mark.parametrize(
    ("planned", "rate_kbps"), [(planned, rate) for planned in VISITS for rate in RATES_KBPS]
)


def names(measured: Measured) -> list[str]:
    """Its commands in words."""
    return [name_of(exchange.command) for exchange in measured.exchanges]


def certified_key(card: SimulatedCard) -> bytes:
    """What every certificate of this holder contains, whenever it was issued."""
    certificate = x509.load_der_x509_certificate(certificate_of(card))
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@every_row
def test_a_visit_is_near_its_bound_and_the_choice_near_the_signature(
    issuer: Issuer, tmp_path: Path, planned: PlannedVisit, rate_kbps: int
) -> None:
    measured = measure(planned, issuer, tmp_path, rate_kbps)
    assert 1 < measured.ratio <= MOST_TIMES_THE_BOUND
    assert 1 < measured.ratio_at_0_ms <= MOST_TIMES_THE_BOUND
    assert (measured.waited_s < MOST_WAITED_S) is not planned.is_chosen_at_once
    assert measured.waited_in_all_s == pytest.approx(measured.waited_s + 0.3)


@pytest.mark.parametrize("rate_kbps", RATES_KBPS)
def test_whoever_chooses_the_face_at_once_waits_for_the_photo_and_nothing_is_asked_twice(
    issuer: Issuer, tmp_path: Path, rate_kbps: int
) -> None:
    later, at_once = (
        measure(planned, issuer, tmp_path, rate_kbps) for planned in (FACE, FACE_AT_ONCE)
    )
    assert names(at_once) == names(later)
    not_waited_s = seconds_of(at_once.phases[0].exchanges)
    assert at_once.waited_in_all_s == pytest.approx(at_once.total_s - not_waited_s)
    assert at_once.waited_in_all_s > later.waited_in_all_s + 0.5


def test_a_reader_that_begins_anew_when_the_face_is_chosen_is_caught(
    issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: what was read of the photo until then is thrown away."""

    def begin_anew(reading: PhotoReading, expiry: date | None) -> Future[bytes]:
        return reading._begin(expiry).photo

    monkeypatch.setattr(PhotoReading, "photo", begin_anew)
    assert measure(FACE, issuer, tmp_path, 106).ratio > MOST_TIMES_THE_BOUND


@every_row
def test_a_client_that_does_not_plan_misses_the_limit(
    issuer: Issuer, tmp_path: Path, planned: PlannedVisit, rate_kbps: int
) -> None:
    """Negative control: a limit that any client keeps says nothing of ours."""
    measured = measure_naive(planned, issuer, tmp_path, rate_kbps)
    assert measured.ratio > MOST_TIMES_THE_BOUND


@pytest.mark.parametrize("planned", VISITS)
def test_the_naive_client_does_all_that_the_bound_contains_and_succeeds(
    issuer: Issuer, tmp_path: Path, planned: PlannedVisit
) -> None:
    ours = measure(planned, issuer, tmp_path, 106)
    naive = measure_naive(planned, issuer, tmp_path, 106)
    terminal = [[name for name in names(each) if name in TERMINAL] for each in (ours, naive)]
    assert terminal == [TERMINAL if planned.proof is Proof.FACE else []] * 2
    assert all(exchange.status_word in (0x9000, 0x63C3, 0x63CA) for exchange in naive.exchanges)
    card = lay(planned, issuer, 106)
    received = b"".join((exchange.response or b"")[:-2] for exchange in naive.exchanges)
    assert certified_key(card) in received
    if planned.proof is Proof.FACE:
        assert value_of(surface_of(card).face, 0xDF27) in received
        assert surface_of(card).certificate in received


def test_the_naive_client_reads_the_pictures_that_ours_skips(
    issuer: Issuer, tmp_path: Path
) -> None:
    face = surface_of(lay(FACE, issuer, 106)).face
    name, address = value_of(face, 0xDF25), value_of(face, 0xDF26)
    for measured, is_read in (
        (measure(FACE, issuer, tmp_path, 106), False),
        (measure_naive(FACE, issuer, tmp_path, 106), True),
    ):
        received = b"".join((exchange.response or b"")[:-2] for exchange in measured.exchanges)
        assert (name in received, address in received) == (is_read, is_read)


@pytest.mark.parametrize("rate_kbps", RATES_KBPS)
def test_a_card_camera_costs_the_pin_time_that_nobody_waits_for(
    issuer: Issuer, tmp_path: Path, rate_kbps: int
) -> None:
    without, with_one = (
        measure(planned, issuer, tmp_path, rate_kbps) for planned in (PIN_ALONE, PIN_WITH_CAMERA)
    )
    needed = [[name_of(e.command) for e in each.needed] for each in (without, with_one)]
    assert needed[0] == needed[1]
    assert without.in_vain_s == 0
    assert with_one.in_vain_s > 0.5
    assert with_one.whole_ratio > 2 > with_one.ratio
    assert with_one.waited_in_all_s == pytest.approx(without.waited_in_all_s)
    assert not any(phase.is_photo and phase.is_waited_for for phase in with_one.phases)


@pytest.mark.parametrize("planned", [PIN_ALONE, ANDROID, IPHONE])
def test_nothing_is_read_in_vain_where_no_face_can_be_chosen(
    issuer: Issuer, tmp_path: Path, planned: PlannedVisit
) -> None:
    measured = measure(planned, issuer, tmp_path, 106)
    assert measured.needed == measured.exchanges
    assert "SELECT surface" not in names(measured)


def test_a_reader_that_reads_the_photo_twice_is_too_slow(
    issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the bound does not grow with what a reader asks for."""
    read_photo = CardSession.read_photo

    def twice(
        session: CardSession, code: PrintedCode, is_stopped: Callable[[], bool], sending: Sending
    ) -> bytes:
        read_photo(session, code, is_stopped, sending)
        return read_photo(session, code, is_stopped, sending)

    monkeypatch.setattr(CardSession, "read_photo", twice)
    assert measure(FACE, issuer, tmp_path, 106).ratio > MOST_TIMES_THE_BOUND


@pytest.mark.parametrize("planned", [PIN_WITH_CAMERA, IPHONE])
def test_a_reader_that_reads_the_certificate_for_every_use_is_too_slow(
    issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planned: PlannedVisit
) -> None:
    """Negative control: what is left out of the ratio is the photo and nothing else."""
    read_certificate = CardSession.read_certificate

    def anew(session: CardSession) -> bytes:
        session._certificate = session._opened_jpki = None
        return read_certificate(session)

    monkeypatch.setattr(CardSession, "read_certificate", anew)
    assert measure(planned, issuer, tmp_path, 106).ratio > MOST_TIMES_THE_BOUND


def test_a_reader_that_reads_after_the_choice_lets_the_patient_wait(
    issuer: Issuer, tmp_path: Path
) -> None:
    """Negative control: the plain client asks for everything when it needs it."""
    assert measure_naive(FACE, issuer, tmp_path, 106).waited_s > MOST_WAITED_S


def bound(planned: PlannedVisit, issuer: Issuer) -> Bound:
    """With a terminal's certificate of 568 bytes."""
    return bound_of(planned, lay(planned, issuer, 106), 568)


def test_the_bound_counts_each_object_of_the_card_once(issuer: Issuer) -> None:
    by_pin, by_face, on_android, on_iphone = (
        bound(planned, issuer) for planned in (PIN_ALONE, FACE, ANDROID, IPHONE)
    )
    assert by_pin.objects[:2] == by_face.objects[:2] == (30, 32)
    assert by_pin.objects[3:] == (51, 256, 4)
    assert by_face.objects[3:6] == (51, 256, 14)
    assert by_face.objects[6] == 311
    assert by_face.objects[8:] == (568, 51, 256, 568, 8, 256)
    assert by_face.cryptography_s == pytest.approx(0.69)
    assert on_android.objects == by_pin.objects[1:]
    assert on_iphone.objects == by_pin.objects[1:-1]


def test_what_is_read_ahead_in_vain_is_no_part_of_the_bound(issuer: Issuer) -> None:
    assert bound(PIN_WITH_CAMERA, issuer) == bound(PIN_ALONE, issuer)


def test_the_strict_bound_knows_no_time_for_a_command() -> None:
    two_commands = Bound((256, 1), cryptography_s=0.5)
    timing = LinkTiming()
    assert two_commands.strict_seconds(timing) == pytest.approx(timing.raw_s(257) + 0.5)
    assert two_commands.seconds(timing) == pytest.approx(timing.raw_s(257) + 0.5 + 0.008)
    quick = replace(timing, processing_s=0.0)
    assert two_commands.seconds(quick) == two_commands.strict_seconds(quick)
