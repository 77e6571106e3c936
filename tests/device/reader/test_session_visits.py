"""Whole visits: which card is what, and exactly which commands each way of a visit takes."""

from dataclasses import replace
from pathlib import Path

import pytest

from device.reader.errors import (
    CardAnswerError,
    CardLostError,
    CardNotAcceptedError,
    CardUnresponsiveError,
    CertificateMissingError,
    PhoneNotAuthenticatedError,
)
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from hostlink.terms import CardKind, FailureCode
from tests.device.reader.answering_card import jpki_card
from tests.device.reader.calendar_day import known_day
from tests.device.reader.laid_cards import InProcessSlot, ScriptedSlot
from tests.device.reader.named_commands import named
from tests.device.reader.visit_steps import (
    CHALLENGE,
    NOBODY,
    PHOTO,
    check_signature,
    code_of,
    session_with,
    terminal_of,
    use_card,
    use_card_after_face,
)
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile, PinName

RECOGNISE = [
    "SELECT common",
    "READ RECORD 1 of EF 0001",
    "SELECT JPKI",
    "READ EF 0006, 32 bytes",
    "ASK TRIES EF 0018",
    "SELECT EF 000A",
    "READ",
]
READ_AHEAD = [
    "READ ×3",
    "SELECT surface",
    "ASK TRIES EF 0012",
    "VERIFY EF 0012",
    "SELECT EF 0002",
    "READ ×12",
    "SELECT EF 0004",
    "READ ×3",
    "SIGN by the chip's own key",
    "SELECT JPKI",
]
UNLOCK = [
    "SELECT EF 0016",
    "TERMINAL CERTIFICATE",
    "TERMINAL CERTIFICATE",
    "GET CHALLENGE",
    "EXTERNAL AUTHENTICATE",
]


def commands_to(card: SimulatedCard) -> list[str]:
    return named([exchange.command for exchange in card.trace.exchanges])


def in_phases(*phases: list[str]) -> list[str]:
    """Phases end to end; the first read-ahead goes on where recognising stopped."""
    names = [name for phase in phases for name in phase]
    at = names.index("READ")
    return [*names[:at], "READ ×4", *names[at + 2 :]]


@pytest.mark.parametrize(
    ("profile", "kind", "ways", "tries_left"),
    [
        (catalog.MY_NUMBER, CardKind.MY_NUMBER, (True, True), 3),
        (catalog.ODD_MANNERS, CardKind.MY_NUMBER, (True, True), 3),
        (catalog.NO_SHORT_IDS, CardKind.MY_NUMBER, (True, True), 3),
        (catalog.LICENCE_ON_MY_NUMBER, CardKind.MY_NUMBER, (True, True), 3),
        (catalog.PIN_LAST_TRY, CardKind.MY_NUMBER, (True, True), 1),
        (catalog.PIN_LOCKED, CardKind.MY_NUMBER, (True, True), 0),
        (catalog.FACE_ONLY, CardKind.FACE_ONLY, (False, True), None),
        (catalog.ANDROID, CardKind.ANDROID, (True, False), 3),
        (catalog.IPHONE, CardKind.IPHONE, (False, False), None),
    ],
)
def test_tells_the_kinds_of_card(
    issuer: Issuer,
    profile: CardProfile,
    kind: CardKind,
    ways: tuple[bool, bool],
    tries_left: int | None,
) -> None:
    facts = session_with(issuer.issue(profile)).identify()
    is_phone = kind in (CardKind.ANDROID, CardKind.IPHONE)
    assert (facts.kind, (facts.has_pin, facts.has_face_photo)) == (kind, ways)
    assert facts.pin_tries_left == tries_left
    assert facts.expiry == (None if is_phone else profile.card_expiry)
    assert profile.holder.serial not in repr(facts)


@pytest.mark.parametrize(
    ("profile", "failure"),
    [
        (catalog.JUKI, FailureCode.OLD_RESIDENT_CARD),
        (catalog.JUKI_WITHOUT_JPKI, FailureCode.OLD_RESIDENT_CARD),
        (catalog.DRIVING_LICENCE, FailureCode.DRIVING_LICENCE),
        (catalog.RESIDENCE_CARD, FailureCode.RESIDENCE_CARD),
        (catalog.BANK_CARD, FailureCode.BANK_CARD),
        (catalog.BANK_CARD_CONTACT, FailureCode.BANK_CARD),
        (catalog.BANK_CARD_EMV, FailureCode.BANK_CARD),
        (catalog.WALLET_PHONE, FailureCode.BANK_CARD),
        (catalog.TRANSIT, FailureCode.TRANSIT_CARD),
        (catalog.TRANSIT_6D00, FailureCode.TRANSIT_CARD),
        (catalog.NEXT_GENERATION, FailureCode.CARD_NOT_ACCEPTED),
    ],
)
def test_refuses_other_cards(issuer: Issuer, profile: CardProfile, failure: FailureCode) -> None:
    with pytest.raises(CardNotAcceptedError) as refusal:
        session_with(issuer.issue(profile)).identify()
    assert refusal.value.failure is failure


def test_what_does_not_answer_is_not_taken_for_a_card_that_is_refused(issuer: Issuer) -> None:
    with pytest.raises(CardUnresponsiveError):
        session_with(issuer.issue(catalog.SILENT)).identify()


def test_recognising_is_exactly_these_commands(card: SimulatedCard, session: CardSession) -> None:
    session.identify()
    assert commands_to(card) == RECOGNISE


@pytest.mark.parametrize("tries_left", [3, 0])
def test_a_card_without_certificate_is_known_before_anything_is_typed(
    issuer: Issuer, tries_left: int
) -> None:
    tries = {PinName.JPKI_AUTHENTICATION: tries_left}
    card = issuer.issue(replace(catalog.NO_CERTIFICATE, tries_left=tries))
    with pytest.raises(CertificateMissingError):
        session_with(card).identify()
    asked = [] if tries_left else ["READ EF 0008, 1 bytes"]
    assert commands_to(card) == [*RECOGNISE[:5], *asked, "SELECT EF 000A"]


def test_a_phone_without_certificate_is_known_before_it_is_told_the_pin(issuer: Issuer) -> None:
    phone = issuer.issue(replace(catalog.ANDROID, certificates_present=b"\x8f\x00\x00"))
    session = session_with(phone)
    session.identify()
    with pytest.raises(CertificateMissingError):
        session.read_certificate()
    assert phone.trace.presented_pins() == []


def test_a_visit_by_pin_is_exactly_these_commands(
    card: SimulatedCard, session: CardSession
) -> None:
    check_signature(use_card(session))
    session.close()
    assert commands_to(card) == in_phases(RECOGNISE, READ_AHEAD, ["VERIFY EF 0018", "SIGN EF 0017"])
    assert not card.has_disclosed_my_number


def test_a_visit_by_face_is_exactly_these_commands(
    issuer: Issuer, card: SimulatedCard, tmp_path: Path
) -> None:
    session = CardSession(
        InProcessSlot(card),
        terminal=terminal_of(issuer, tmp_path),
        anchors=RecordAnchors([issuer.record_ca]),
        today=known_day,
    )
    check_signature(use_card_after_face(session))
    session.close()
    assert commands_to(card) == in_phases(RECOGNISE, READ_AHEAD, UNLOCK, ["SIGN EF 0017"])
    assert not card.has_disclosed_my_number


def test_a_visit_with_an_iphone_is_exactly_these_commands(issuer: Issuer) -> None:
    phone = issuer.issue(catalog.IPHONE)
    session = session_with(phone)
    session.identify()
    check_signature(session.sign_challenge(CHALLENGE))
    session.close()
    session.close()
    assert commands_to(phone) == [
        "SELECT common",
        "SELECT JPKI",
        "READ EF 0006, 96 bytes",
        "SELECT EF 000A",
        "READ ×4",
        "SIGN EF 0017",
        "LAST COMMAND",
    ]


def test_an_iphone_that_did_not_ask_its_holder_says_so(issuer: Issuer) -> None:
    phone = issuer.issue(catalog.IPHONE_LOCKED)
    session = session_with(phone)
    session.identify()
    with pytest.raises(PhoneNotAuthenticatedError):
        session.sign_challenge(CHALLENGE)
    session.close()
    assert commands_to(phone)[-1] == "LAST COMMAND"


def test_an_iphone_that_was_pulled_is_not_told_of_the_end(issuer: Issuer) -> None:
    phone = issuer.issue(catalog.IPHONE)
    session = session_with(phone)
    session.identify()
    phone.physics.pull_at(1)
    with pytest.raises(CardLostError):
        session.read_certificate()
    session.close()
    assert "LAST COMMAND" not in commands_to(phone)


def test_another_refusal_of_an_iphone_is_not_taken_for_a_missing_face() -> None:
    phone = jpki_card("JPKIAPIOSTOKEN")
    session = CardSession(ScriptedSlot(phone), anchors=NOBODY, today=known_day)
    session.identify()
    with pytest.raises(CardAnswerError) as refusal:
        session.sign_challenge(CHALLENGE)
    assert refusal.value.status_word.value == 0x6A82
    session.close()


def test_two_phones_are_told_apart_before_their_certificates_can_be_read(issuer: Issuer) -> None:
    phones = [issuer.issue(catalog.ANDROID.issued_to(h)) for h in (catalog.TARO, catalog.HANAKO)]
    first, second = (session_with(phone).identify().token_id for phone in phones)
    assert first != second
    assert session_with(phones[0]).identify().token_id == first


@pytest.mark.parametrize(
    "profile", [catalog.ODD_MANNERS, catalog.CONTACT, catalog.CONTACT_T0, catalog.NO_SHORT_IDS]
)
def test_a_whole_visit_by_pin_whatever_the_card_s_manners(
    issuer: Issuer, profile: CardProfile
) -> None:
    session = session_with(issuer.issue(profile, PHOTO), RecordAnchors([issuer.record_ca]))
    check_signature(use_card(session))
    session.close()


def test_a_visit_with_a_card_that_knows_only_the_face(issuer: Issuer, tmp_path: Path) -> None:
    card = issuer.issue(catalog.FACE_ONLY, PHOTO)
    session = CardSession(
        InProcessSlot(card),
        anchors=RecordAnchors([issuer.record_ca]),
        terminal=terminal_of(issuer, tmp_path),
        today=known_day,
    )
    check_signature(use_card_after_face(session, code_of(catalog.FACE_ONLY)))
    session.close()
