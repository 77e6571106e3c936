"""Whatever fails with whatever lies there: no sentence sends a patient down a closed way."""

import re
from itertools import product

import pytest

from device.page_views import page_view
from device.screen.language import load_languages
from device.screen.pages import PageModel, page_model
from device.visit.effects import Choice, Effect, PageName, ShowPage
from device.visit.events import Cancelled, CardRemoved
from device.visit.failing import fail
from device.visit.machine import advance
from device.visit.policy import VisitPolicy
from device.visit.state import Visit
from hostlink.terms import CardKind, FailureCode
from tests.device.offers_in_words import BUTTONS, OF_CARDS, OFFERS

LANGUAGES = load_languages("ja")
POLICIES = (VisitPolicy(), VisitPolicy(may_type_printed_code=True))
NEVER_OF_PHONES = {
    FailureCode.ELIGIBILITY_OF_ANOTHER,
    *(FailureCode.CARD_EXPIRED, FailureCode.SEVERAL_CARDS, FailureCode.CARD_IN_CASE),
    *(FailureCode.CARD_FACE_DOWN, FailureCode.CARD_UPSIDE_DOWN, FailureCode.OLD_RESIDENT_CARD),
    *(FailureCode.DRIVING_LICENCE, FailureCode.TRANSIT_CARD, FailureCode.BANK_CARD),
    *(FailureCode.RESIDENCE_CARD, FailureCode.CARD_RECORD_UNTRUSTED, FailureCode.CARD_CLONED),
    *(FailureCode.CARD_RECORD_ALTERED, FailureCode.CARD_PHOTO_SWAPPED, FailureCode.PIN_NEEDED),
    *(FailureCode.PRINTED_CODE_UNREADABLE, FailureCode.PRINTED_CODE_LOCKED),
    *(FailureCode.PRINTED_CODE_REJECTED, FailureCode.PHOTO_UNREADABLE),
}
"""Known before a phone is, or told of a card's front and photo alone."""


def visits(kind: CardKind) -> list[Visit]:
    """As such a card stands before and after its face checks and PINs."""
    has_pin, has_face = {
        CardKind.MY_NUMBER: (True, True),
        CardKind.FACE_ONLY: (False, True),
        CardKind.ANDROID: (True, False),
        CardKind.IPHONE: (False, False),
    }[kind]
    return [
        Visit(
            bytes(16),
            kind,
            has_pin=has_pin and is_pin_open,
            has_face=has_face and is_face_open,
            face_attempts=looks,
            pin_tries_left=3,
        )
        for is_pin_open in (True, False)
        for is_face_open in (True, False)
        for looks in (0, 1, 3)
    ]


def page_of(effects: tuple[Effect, ...]) -> ShowPage:
    return next(effect for effect in effects if isinstance(effect, ShowPage))


def pages(kind: CardKind, failure: FailureCode) -> list[ShowPage]:
    """`failed` where a way is open, then `take_card` and `card_taken`."""
    shown = []
    for visit in visits(kind):
        for policy in POLICIES:
            state, effects = fail(2, visit, failure, policy)
            shown.append(page_of(effects))
            if shown[-1].page is PageName.FAILED:
                state, effects = advance(state, Cancelled(state.turn), policy)
                shown.append(page_of(effects))
            shown.append(page_of(advance(state, CardRemoved(), policy)[1]))
    return shown


def closed_ways(page: ShowPage, model: PageModel, tag: str) -> list[str]:
    """What a page says of ways that it does not open."""
    open_ways = {Choice.RETRY_FACE if way is Choice.FACE else way for way in page.choices}
    said = " ".join([model["title"], *model["paragraphs"]])
    closed = [pattern for way, pattern in OFFERS[tag].items() if way not in open_ways]
    if not page.choices and re.search(BUTTONS[tag], said):
        return [said]
    return [said for pattern in closed if re.search(pattern, said)]


@pytest.mark.parametrize("failure", FailureCode, ids=lambda code: code.name)
@pytest.mark.parametrize("kind", CardKind, ids=lambda kind: kind.name)
def test_no_page_names_a_way_that_is_closed(kind: CardKind, failure: FailureCode) -> None:
    shown = pages(kind, failure)
    assert {page.page for page in shown} >= {PageName.TAKE_CARD, PageName.CARD_TAKEN}
    for page, tag in product(dict.fromkeys(shown), LANGUAGES):
        model = page_model(page_view(page, ()), LANGUAGES[tag])
        assert closed_ways(page, model, tag) == [], tag


@pytest.mark.parametrize("failure", set(FailureCode) - NEVER_OF_PHONES, ids=lambda code: code.name)
@pytest.mark.parametrize("kind", [CardKind.ANDROID, CardKind.IPHONE], ids=lambda kind: kind.name)
def test_a_phone_is_never_called_a_card(kind: CardKind, failure: FailureCode) -> None:
    for page, tag in product(dict.fromkeys(pages(kind, failure)), LANGUAGES):
        model = page_model(page_view(page, ()), LANGUAGES[tag])
        said = [model["title"], *model["paragraphs"]]
        assert not [text for text in said if re.search(OF_CARDS[tag], text)]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_closed_way_that_is_named_would_be_seen(tag: str) -> None:
    """Negative control: the sentence for a page that opens the PIN, on one that opens nothing."""
    page = ShowPage(1, PageName.FAILED, (Choice.PIN,), failure=FailureCode.CAMERA_UNAVAILABLE)
    model = page_model(page_view(page, ()), LANGUAGES[tag])
    assert closed_ways(page, model, tag) == []
    assert closed_ways(ShowPage(1, PageName.FAILED), model, tag)
