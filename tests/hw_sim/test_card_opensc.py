"""OpenSC, which knows nothing of us, judges every persona; our own reader must agree with it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.jobs.failures import failure_of
from device.reader.errors import (
    CardLostError,
    CardNotAcceptedError,
    CardUnresponsiveError,
    PinRejectedError,
    ReaderError,
)
from hostlink.terms import FailureCode
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.my_number_watch import was_asked_for_my_number
from tests.hw_sim.card.persona import names, read_persona
from tests.hw_sim.card.profile import CardKind
from tests.hw_sim.opensc import (
    ends_well,
    openssl_says,
    pkcs15,
    read_certificate,
    run,
    sign,
    tries_left,
)
from tests.hw_sim.opensc_judges import (
    AUTHENTICATION,
    CHALLENGE,
    PRESENT,
    SIGNATURE,
    has_authentication,
    has_usable_pin,
    judge_authentication,
    judge_blocked_with_us,
    judge_closed_certificate,
    judge_counting_down,
    judge_counting_down_the_password,
    judge_free_certificate,
    judge_signature,
    our_certificate,
    our_session,
    our_tries_left,
)
from tests.hw_sim.seats import READERS, Seat, seats_in_turn

PERSONAS = {name: read_persona(name) for name in names()}
FAULTY = [name for name, persona in PERSONAS.items() if persona.faults]
"""Something goes wrong the first time; they are judged when they are laid again."""
PROFILES = {name: PERSONAS[name].profile for name in names() if name not in FAULTY}
SILENT = [name for name, profile in PROFILES.items() if profile.kind is CardKind.SILENT]
EVIL = [name for name, profile in PROFILES.items() if profile.kind is CardKind.EVIL]
HAS_JPKI = [
    name
    for name, profile in PROFILES.items()
    if profile.has_my_number_chip and profile.has_jpki and name not in EVIL
]
WITHOUT_JPKI = [name for name in PROFILES if name not in (*HAS_JPKI, *SILENT, *EVIL)]
DUMP = ("pkcs15-tool", "--reader", "0", "--dump")
LONGEST_DUMP_S = 3.0
"""Many times what an honest card takes."""
OUR_LONGEST_S = 7.0
"""The deadline of one command, the 5 s that a reader has by default, and the rest of the work."""


@pytest.fixture(scope="module")
def seats() -> Iterator[Iterator[Seat]]:
    """One pcscd for all personas."""
    with seats_in_turn() as seats:
        yield seats


@pytest.fixture
def seat(seats: Iterator[Seat], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Seat:
    """The next reader, and an OpenSC that sees no other."""
    seat = next(seats)
    (other,) = set(READERS) - {seat.reader}
    configuration = tmp_path / "opensc.conf"
    configuration.write_text(f'app default {{ ignored_readers = "{other}"; }}\n')
    monkeypatch.setenv("OPENSC_CONF", str(configuration))
    return seat


@pytest.mark.parametrize("name", HAS_JPKI)
def test_opensc_and_our_reader_agree(seat: Seat, issuer: Issuer, tmp_path: Path, name: str) -> None:
    with seat.laid(PERSONAS[name].issue(issuer)) as card:
        profile = card.profile
        assert run("opensc-tool", "--reader", "0", "--name").strip() == "jpki"
        assert tries_left() == tuple(map(card.tries_left, (AUTHENTICATION, SIGNATURE)))
        if profile.kind in (CardKind.MY_NUMBER, CardKind.ANDROID):
            is_ours = has_authentication(profile)
            expected = card.tries_left(AUTHENTICATION) if is_ours else None
            assert our_tries_left(seat.reader) == expected
        if has_authentication(profile) and profile.is_authentication_certificate_free:
            judge_free_certificate(profile, tmp_path, seat.reader)
        elif has_authentication(profile):
            judge_closed_certificate()
        if has_authentication(profile) and has_usable_pin(profile, AUTHENTICATION):
            judge_authentication(profile, tmp_path, seat.reader)
        if profile.certificates_present[0] == PRESENT and has_usable_pin(profile, SIGNATURE):
            judge_signature(profile, tmp_path)
        judge_counting_down(card, tmp_path)
        judge_blocked_with_us(profile, seat.reader)

        assert not was_asked_for_my_number(card)


@pytest.mark.parametrize("name", WITHOUT_JPKI)
def test_opensc_calls_no_other_card_jpki(seat: Seat, issuer: Issuer, name: str) -> None:
    with seat.laid(PERSONAS[name].issue(issuer)):
        assert run("opensc-tool", "--reader", "0", "--name").strip() == "Unsupported card"
        assert "Card is invalid" in pkcs15("--dump", is_success=False)


@pytest.mark.parametrize("name", SILENT)
def test_opensc_finds_nothing_where_no_chip_answers_and_our_reader_says_so(
    seat: Seat, issuer: Issuer, name: str
) -> None:
    with seat.laid(PERSONAS[name].issue(issuer)) as card:
        assert "Unresponsive card" in run(
            "opensc-tool", "--reader", "0", "--name", is_success=False
        )
        assert "Unresponsive card" in pkcs15("--dump", is_success=False)
        with pytest.raises(CardUnresponsiveError) as refusal, our_session(seat.reader) as session:
            session.identify()
    assert failure_of(refusal.value) is FailureCode.CARD_UNREADABLE
    assert card.trace.exchanges == []


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", EVIL)
def test_opensc_makes_nothing_of_an_evil_card_and_our_reader_ends_in_time(
    seat: Seat, issuer: Issuer, name: str, seed: int
) -> None:
    """OpenSC has no deadline, so the first empty answer holds it for ever.

    Seed 2 gives one to our first command, too; seed 1 poses as an old 住基カード.
    """
    evil = read_persona(name, [f"evil_seed={seed}"])
    with seat.laid(evil.issue(issuer)):
        assert not ends_well(*DUMP, within_s=LONGEST_DUMP_S)
    with seat.laid(evil.issue(issuer)):
        began_s = time.monotonic()
        with pytest.raises(ReaderError) as refusal, our_session(seat.reader) as session:
            session.identify()
        assert time.monotonic() - began_s < OUR_LONGEST_S
    assert failure_of(refusal.value) is not FailureCode.INTERNAL


def test_an_honest_card_is_dumped_in_the_time_that_an_evil_one_is_given(
    seat: Seat, issuer: Issuer
) -> None:
    """Negative control."""
    with seat.laid(PERSONAS["my_number"].issue(issuer)):
        assert ends_well(*DUMP, within_s=LONGEST_DUMP_S)


def test_opensc_lists_what_a_card_has(seat: Seat, issuer: Issuer) -> None:
    with seat.laid(PERSONAS["my_number"].issue(issuer)) as card:
        named = run("opensc-tool", "--reader", "0", "--atr").splitlines()
        listed = pkcs15("--dump")
        slots = run("pkcs11-tool", "--list-slots")

        assert bytes.fromhex(named[0].replace(":", "")) == card.atr
    assert listed.count("PIN [") == 2
    assert listed.count("Private RSA Key [") == 2
    assert listed.count("Public RSA Key [") == 2
    assert listed.count("X.509 Certificate [") == 4
    assert "JPKI (User Authentication PIN)" in slots
    assert "JPKI (Digital Signature PIN)" in slots


def test_openssl_refuses_a_signature_over_something_else(
    seat: Seat, issuer: Issuer, tmp_path: Path
) -> None:
    with seat.laid(PERSONAS["my_number"].issue(issuer)):
        certificate = read_certificate(tmp_path, "01")
        sign(tmp_path, 0, "1234", CHALLENGE)
    (tmp_path / "message").write_bytes(b"another challenge")

    assert openssl_says(tmp_path, certificate) == "Verification failure"


@pytest.mark.parametrize("name", ["iphone_locked", "juki"])
def test_what_opensc_says_where_the_key_is_closed_or_missing(
    seat: Seat, issuer: Issuer, tmp_path: Path, name: str
) -> None:
    with seat.laid(PERSONAS[name].issue(issuer)):
        unread = pkcs15("--read-certificate", "01", is_success=False)
        unsigned = sign(tmp_path, 0, "1234", CHALLENGE, is_success=False)

    assert "Certificate read failed" in unread
    assert "C_SignFinal failed" in unsigned


def test_the_signature_password_is_counted_down_to_blocked(
    seat: Seat, issuer: Issuer, tmp_path: Path
) -> None:
    with seat.laid(PERSONAS["my_number"].issue(issuer)) as card:
        judge_counting_down_the_password(card, tmp_path, seat.reader)
        judge_authentication(card.profile, tmp_path, seat.reader)


@pytest.mark.parametrize("name", FAULTY)
def test_a_card_with_a_planned_fault_is_read_once_it_was_laid_again(
    seat: Seat, issuer: Issuer, tmp_path: Path, name: str
) -> None:
    with seat.laid(PERSONAS[name].issue(issuer)) as card:
        with pytest.raises(CardLostError):
            our_certificate(seat.reader)
        assert seat.slot.card is None
        seat.lay(card)

        assert tries_left() == tuple(map(card.tries_left, (AUTHENTICATION, SIGNATURE)))
        judge_authentication(card.profile, tmp_path, seat.reader)


def test_a_wrong_pin_costs_both_of_them_one_try(seat: Seat, issuer: Issuer, tmp_path: Path) -> None:
    with seat.laid(PERSONAS["my_number"].issue(issuer)) as card:
        sign(tmp_path, 0, "9999", CHALLENGE, is_success=False)
        assert our_tries_left(seat.reader) == 2
        with our_session(seat.reader) as session, pytest.raises(PinRejectedError):
            session.verify_pin(b"9999")
        assert tries_left() == (1, 5)
        assert len(card.trace.presented_pins()) == 2


def test_our_reader_refuses_the_old_card_that_opensc_takes_for_jpki(
    seat: Seat, issuer: Issuer
) -> None:
    with seat.laid(PERSONAS["juki"].issue(issuer)):
        assert run("opensc-tool", "--reader", "0", "--name").strip() == "jpki"
        with pytest.raises(CardNotAcceptedError), our_session(seat.reader) as session:
            session.identify()


def test_every_persona_is_judged() -> None:
    tests = [test for name, test in globals().items() if name.startswith("test_")]
    marks = [mark for test in tests for mark in getattr(test, "pytestmark", ())]
    judged = {name for mark in marks if mark.args[0] == "name" for name in mark.args[1]}
    assert judged == set(names())
