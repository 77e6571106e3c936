"""The announced next-generation card: refused, without a try of any secret (decision 0013).

Nobody has published how it is addressed. These are the ways in which it may meet this reader.
"""

import tomllib
from pathlib import Path

import pytest

import device.screen
from device.jobs.failures import failure_of
from device.reader.errors import CardAnswerError, CardNotAcceptedError
from device.reader.session import CardSession
from hostlink.terms import FailureCode
from tests.device.reader.answering_card import jpki_card
from tests.device.reader.calendar_day import known_day
from tests.device.reader.laid_cards import ScriptedConnection, ScriptedSlot
from tests.device.reader.named_commands import named
from tests.device.reader.visit_steps import NOBODY, session_with
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer

LANGUAGES = sorted((Path(device.screen.__path__[0]) / "languages").glob("*.toml"))


def refusal_by(session: CardSession) -> FailureCode:
    with pytest.raises(CardNotAcceptedError) as refusal:
        session.identify()
    session.close()
    return refusal.value.failure


def is_question(name: str) -> bool:
    """It opens, spends and changes nothing."""
    return name.startswith("SELECT ") or name == "ASK READER FOR ID"


def test_the_persona_is_refused_and_only_asked_what_it_is(issuer: Issuer) -> None:
    card = issuer.issue(catalog.NEXT_GENERATION)

    assert refusal_by(session_with(card)) is FailureCode.CARD_NOT_ACCEPTED
    asked = named([exchange.command for exchange in card.trace.exchanges])
    assert asked[:2] == ["SELECT common", "SELECT JPKI"]
    assert all(map(is_question, asked))
    assert card.trace.presented_pins() == []


def test_presenting_a_secret_would_not_count_as_a_question(issuer: Issuer) -> None:
    """Negative control."""
    card = issuer.issue(catalog.MY_NUMBER)
    session = session_with(card)
    session.verify_pin(b"1234")
    session.close()

    asked = named([exchange.command for exchange in card.trace.exchanges])
    assert not all(map(is_question, asked))


@pytest.mark.parametrize("answer", ["6A82", "6A81", "6A86", "6D00", "6E00", "6999"])
def test_a_chip_that_knows_none_of_our_applications(answer: str) -> None:
    card = ScriptedConnection(lambda _: bytes.fromhex(answer))
    session = CardSession(ScriptedSlot(card), anchors=NOBODY, today=known_day)

    assert refusal_by(session) is FailureCode.CARD_NOT_ACCEPTED
    assert all(map(is_question, named(card.sent)))


@pytest.mark.parametrize("answer", ["6985", "6F00", "6400"])
def test_a_chip_that_does_not_say_what_it_knows_is_called_unreadable(answer: str) -> None:
    """It may be a card of today that is disturbed; nothing but questions goes to it either."""
    card = ScriptedConnection(lambda _: bytes.fromhex(answer))
    session = CardSession(ScriptedSlot(card), anchors=NOBODY, today=known_day)

    with pytest.raises(CardAnswerError) as refusal:
        session.identify()
    session.close()
    assert failure_of(refusal.value) is FailureCode.CARD_UNREADABLE
    assert all(map(is_question, named(card.sent)))


@pytest.mark.parametrize("label", ["JPKIAPICCTOKEN3", "JPKIAPICC2TOKEN", "JPKIAPICCTOKEN2A"])
def test_a_chip_that_keeps_the_application_under_another_label(label: str) -> None:
    card = jpki_card(label)
    session = CardSession(ScriptedSlot(card), anchors=NOBODY, today=known_day)

    assert refusal_by(session) is FailureCode.CARD_NOT_ACCEPTED
    assert not any(name.startswith(("VERIFY", "SIGN")) for name in named(card.sent))


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda path: path.stem)
def test_every_language_says_what_to_do_then(language: Path) -> None:
    texts = tomllib.loads(language.read_text(encoding="utf-8"))["failure"]

    said = texts[FailureCode.CARD_NOT_ACCEPTED.name.lower()]
    assert said["title"]
    assert said["next"]
