"""JPKI's SELECT is answered by a word that says neither yes nor no.

For a FeliCa or memory card the reader makes the word up, so foreign cards keep their names whatever
it is; a My Number card or a phone never gets one of theirs.
"""

from dataclasses import replace

import pytest

from device.reader.errors import ReaderError
from device.reader.laid_card import LaidCard
from hostlink.terms import FailureCode
from tests.device.reader.test_slips_while_recognising import recognition
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile

UNCLEAR = (0x6300, 0x6400, 0x6581, 0x6700, 0x6900, 0x6982, 0x6985, 0x6A80, 0x6F00)
GENUINE = ("my_number", "licence_on_my_number", "child", "face_only", "android", "iphone")
SELECT_JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")


def with_words_at_jpki(card: SimulatedCard, word: int, times: int) -> SimulatedCard:
    """So often in a row SELECT JPKI is answered by that word, the work being done."""
    left = times

    def spoil(command: bytes) -> None:
        nonlocal left
        if command == SELECT_JPKI and left:
            left -= 1
            card.physics.status_word_at(0, word)

    card.physics.before_command = spoil
    return card


@pytest.mark.parametrize(
    ("profile", "failure"),
    [
        (catalog.TRANSIT, FailureCode.TRANSIT_CARD),
        (catalog.DRIVING_LICENCE, FailureCode.DRIVING_LICENCE),
        (catalog.RESIDENCE_CARD, FailureCode.RESIDENCE_CARD),
        (catalog.BANK_CARD, FailureCode.BANK_CARD),
        (catalog.BANK_CARD_CONTACT, FailureCode.BANK_CARD),
        (catalog.WALLET_PHONE, FailureCode.BANK_CARD),
        (catalog.JUKI, FailureCode.OLD_RESIDENT_CARD),
    ],
)
@pytest.mark.parametrize("word", UNCLEAR, ids=lambda word: f"{word:04X}")
def test_a_foreign_card_keeps_its_name_on_every_reader(
    issuer: Issuer, profile: CardProfile, failure: FailureCode, word: int
) -> None:
    card = issuer.issue(replace(profile, unknown_application_status_word=word))
    assert recognition(card) is failure


@pytest.mark.parametrize("word", UNCLEAR, ids=lambda word: f"{word:04X}")
def test_a_card_that_never_says_what_it_is_is_unreadable(issuer: Issuer, word: int) -> None:
    profile = replace(catalog.NEXT_GENERATION, unknown_application_status_word=word)
    assert recognition(issuer.issue(profile)) is FailureCode.CARD_UNREADABLE


@pytest.mark.parametrize("persona", GENUINE)
@pytest.mark.parametrize("word", UNCLEAR, ids=lambda word: f"{word:04X}")
def test_one_such_word_changes_nothing_for_a_genuine_card(
    issuer: Issuer, persona: str, word: int
) -> None:
    profile = catalog.PROFILES[persona]
    told = recognition(issuer.issue(profile))
    assert isinstance(told, tuple)
    assert recognition(with_words_at_jpki(issuer.issue(profile), word, times=1)) == told


@pytest.mark.parametrize("persona", [*GENUINE, "juki"])
@pytest.mark.parametrize("word", UNCLEAR, ids=lambda word: f"{word:04X}")
def test_two_of_them_give_a_genuine_card_no_other_name(
    issuer: Issuer, persona: str, word: int
) -> None:
    card = with_words_at_jpki(issuer.issue(catalog.PROFILES[persona]), word, times=2)
    assert recognition(card) is FailureCode.CARD_UNREADABLE


@pytest.mark.parametrize(
    ("persona", "mistaken_for"),
    [
        ("my_number", FailureCode.OLD_RESIDENT_CARD),
        ("licence_on_my_number", FailureCode.DRIVING_LICENCE),
    ],
)
def test_a_reader_that_believes_the_first_word_and_looks_no_further_is_caught(
    issuer: Issuer, persona: str, mistaken_for: FailureCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""

    def is_selected_at_once(card: LaidCard) -> bool:
        try:
            card._jpki.select()
        except ReaderError:
            return False
        return True

    monkeypatch.setattr(LaidCard, "_has_jpki", is_selected_at_once)
    card = with_words_at_jpki(issuer.issue(catalog.PROFILES[persona]), 0x6985, times=1)
    assert recognition(card) is mistaken_for
