"""One bad status word while a card is recognised: told as it is, or unreadable, never another card.

Words that say that something is not there, or how many tries are left, are not among them: those
are believed.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from device.errors import DeviceError
from device.jobs.failures import failure_of
from device.reader.card_facts import CardFacts
from device.reader.card_files import CardFiles, SecretReference
from device.reader.status_word import StatusWord
from hostlink.terms import CardKind, FailureCode
from tests.device.reader.visit_steps import session_with
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer

WORDS = (0x6F00, 0x6985, 0x6281, 0x6282, 0x6283, 0x6400, 0x6581, 0x6700, 0x6982, 0x5AA5)
GENUINE = {
    **{name: catalog.PROFILES[name] for name in ("my_number", "child", "android", "iphone")},
    **{name: catalog.PROFILES[name] for name in ("pin_locked", "face_only", "odd_manners")},
    **{
        f"{name} without short identifiers": replace(
            catalog.PROFILES[name], short_id_status_word=0x6A82
        )
        for name in ("my_number", "child", "android", "pin_locked", "face_only")
    },
}
Recognition = tuple[object, ...] | FailureCode


def recognition(card: SimulatedCard) -> Recognition:
    session = session_with(card)
    try:
        return told_by(session.identify())
    except DeviceError as error:
        return failure_of(error)
    finally:
        session.close()


def told_by(facts: CardFacts) -> Recognition:
    return facts.kind, facts.has_pin, facts.has_face_photo, facts.pin_tries_left, facts.expiry


def recognitions_with_a_slip(card: SimulatedCard, word: int) -> Iterator[Recognition]:
    """At each command in turn, as long as recognising takes without a slip."""
    card.trace.clear()
    recognition(card)
    for nth in range(1, len(card.trace.exchanges) + 1):
        card.physics.status_word_at(nth, word)
        yield recognition(card)


@pytest.mark.parametrize("name", GENUINE)
@pytest.mark.parametrize("word", WORDS, ids=lambda word: f"{word:04X}")
def test_a_genuine_card_is_told_as_it_is_or_is_unreadable(
    issuer: Issuer, name: str, word: int
) -> None:
    card = issuer.issue(GENUINE[name])
    told = recognition(card)
    assert isinstance(told, tuple)
    assert set(recognitions_with_a_slip(card, word)) <= {told, FailureCode.CARD_UNREADABLE}
    assert card.trace.presented_pins() == []


@pytest.mark.parametrize(
    ("name", "mistaken_as"),
    [
        ("my_number without short identifiers", (CardKind.MY_NUMBER, 0)),
        ("child without short identifiers", (CardKind.FACE_ONLY, None)),
        ("android without short identifiers", (CardKind.ANDROID, 0)),
    ],
)
def test_a_reader_that_takes_every_word_for_a_missing_pin_is_caught(
    issuer: Issuer,
    name: str,
    mistaken_as: tuple[CardKind, int | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control."""
    card = issuer.issue(GENUINE[name])
    monkeypatch.setattr(CardFiles, "tries_left", tries_asked_once)
    monkeypatch.setattr(StatusWord, "is_not_found", property(lambda word: not word.is_ok))
    told = [each for each in recognitions_with_a_slip(card, 0x6F00) if isinstance(each, tuple)]
    assert mistaken_as in {(kind, tries) for kind, _, _, tries, _ in told}


def tries_asked_once(files: CardFiles, reference: SecretReference) -> int:
    return files._tries_told(reference)


@pytest.mark.parametrize(
    ("persona", "mistaken_for"),
    [("my_number", FailureCode.OLD_RESIDENT_CARD), ("android", FailureCode.CARD_NOT_ACCEPTED)],
)
def test_a_reader_that_takes_every_refusal_for_a_missing_application_is_caught(
    issuer: Issuer, persona: str, mistaken_for: FailureCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr(StatusWord, "is_application_missing", property(lambda word: not word.is_ok))
    card = issuer.issue(catalog.PROFILES[persona])
    assert mistaken_for in set(recognitions_with_a_slip(card, 0x6985))


@pytest.mark.parametrize("persona", ["juki", "juki_without_jpki"])
@pytest.mark.parametrize("word", WORDS, ids=lambda word: f"{word:04X}")
def test_an_old_card_is_never_taken_for_one_of_today(
    issuer: Issuer, persona: str, word: int
) -> None:
    card = issuer.issue(catalog.PROFILES[persona])
    assert recognition(card) is FailureCode.OLD_RESIDENT_CARD
    assert all(isinstance(each, FailureCode) for each in recognitions_with_a_slip(card, word))
