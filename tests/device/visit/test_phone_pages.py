"""What lies there is called by its name on every page, and a phone is no card."""

from dataclasses import replace

from device.visit import events
from device.visit.effects import PageName, ShowPage
from hostlink.terms import FailureCode
from tests.device.visit.story import ANDROID, NOW, TEXTS, Story


def test_every_page_of_a_phones_visit_knows_that_a_phone_lies_there() -> None:
    last_try = replace(ANDROID, pin_tries_left=1)
    for card in (ANDROID, last_try):
        story = Story().lay_card(card)
        story.enter_pin()
        if card is last_try:
            story.happen(events.LastTryConfirmed(story.turn))
        story.happen(events.PinAccepted(story.turn, NOW)).prove()
        story.happen(events.AllConsentsAnswered(story.turn, True, NOW, TEXTS))
        story.happen(events.RecordKept(story.turn), events.CardRemoved())
        shown = [effect for effect in story.effects if isinstance(effect, ShowPage)]
        began = [page.page for page in shown].index(PageName.CHOOSE_METHOD)
        assert all(page.is_phone for page in shown[began:])
        assert shown[-1].page is PageName.CARD_TAKEN


def test_a_phone_that_is_taken_early_is_called_one() -> None:
    story = Story().lay_card(ANDROID).happen(events.CardRemoved())
    assert (story.shown(), story.page.is_phone) == (PageName.CARD_TAKEN, True)
    story = Story().lay_card(ANDROID).enter_pin()
    story.happen(events.JobFailed(story.turn, FailureCode.PIN_EXPIRED))
    assert (story.shown(), story.page.is_phone) == (PageName.FAILED, True)
