import json
from typing import Any

import pytest

from device.screen.language import load_languages
from device.screen.port import Move, PageView
from device.screen.shown import Seen, Shown


class Changes:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def shown(changes: Changes) -> Shown:
    return Shown(load_languages("ja"), changes)


def texts(news: list[str | bytes]) -> list[dict[str, Any]]:
    return [json.loads(message) for message in news if isinstance(message, str)]


def kinds(news: list[str | bytes]) -> list[str]:
    return [message["type"] for message in texts(news)]


def test_whoever_comes_is_told_everything_once(shown: Shown) -> None:
    seen = Seen()
    assert kinds(shown.news_for(seen)) == ["page", "hint", "pin_length", "printed_code", "warning"]
    assert shown.news_for(seen) == []


def test_what_was_overtaken_is_never_told(shown: Shown) -> None:
    seen = Seen()
    shown.news_for(seen)
    for turn in range(2, 50):
        shown.show(PageView("recognising", turn))
    shown.show(PageView("face", 50))
    shown.show_hint(50, "no_face")
    shown.show_hint(50, "good")
    page, hint, *_ = texts(shown.news_for(seen))
    assert (page["name"], page["turn"], hint["hint"]) == ("face", 50, "good")


def test_what_belongs_to_another_turn_is_dropped(shown: Shown, changes: Changes) -> None:
    shown.show(PageView("face", 5))
    seen, before = Seen(wants_preview=True), changes.count
    shown.news_for(seen)
    for turn in (4, 6):
        shown.show_hint(turn, "good")
        shown.show_preview(turn, b"jpeg")
        shown.show_pin_length(turn, 3)
    assert changes.count == before
    assert shown.news_for(seen) == []


def test_an_unchanged_hint_is_no_news(shown: Shown, changes: Changes) -> None:
    shown.show(PageView("face", 5))
    shown.show_hint(5, "good")
    before = changes.count
    shown.show_hint(5, "good")
    assert changes.count == before


def test_a_picture_is_sent_only_when_it_is_asked_for_and_only_the_newest(shown: Shown) -> None:
    shown.show(PageView("face", 5))
    seen = Seen()
    shown.news_for(seen)
    shown.show_preview(5, b"old")
    shown.show_preview(5, b"new")
    assert shown.news_for(seen) == []
    shown.want_preview(seen)
    wanted = [shown.is_preview_wanted]
    shown.show_preview(5, b"newest")
    assert [*wanted, shown.is_preview_wanted] == [True, False]
    assert shown.news_for(seen) == [b"newest"]
    assert not seen.wants_preview
    seen.wants_preview = True
    assert shown.news_for(seen) == [], "the same picture is not sent twice"


def test_with_the_page_the_picture_goes(shown: Shown) -> None:
    shown.show(PageView("face", 5))
    shown.show_preview(5, b"of the patient before")
    shown.show(PageView("face", 6))
    seen = Seen(wants_preview=True)
    assert not [each for each in shown.news_for(seen) if isinstance(each, bytes)]


def test_a_new_page_starts_without_hint_and_dots(shown: Shown) -> None:
    shown.show(PageView("pin", 5))
    shown.show_pin_length(5, 3)
    shown.show(PageView("pin", 6))
    _, hint, length, *_ = texts(shown.news_for(Seen()))
    assert (hint["hint"], length["entered"], length["turn"]) == ("", 0, 6)


def code_of(shown: Shown) -> dict[str, Any]:
    return texts(shown.news_for(Seen()))[3]


def test_typed_digits_stand_in_the_three_groups_of_the_card(shown: Shown) -> None:
    shown.show(PageView("printed_code", 5))
    shown.show_printed_code(5, "33031420", is_doubted=False)
    code = code_of(shown)
    assert [group["digits"] for group in code["groups"]] == ["330314", "20", ""]
    assert [group["length"] for group in code["groups"]] == [6, 4, 4]
    assert [group["name"][:4] for group in code["groups"]] == ["生年月日", "有効期限", "写真の下"]
    assert (code["entered"], code["doubt"]) == (8, "")
    shown.show_printed_code(5, "33031420354821", is_doubted=True)
    assert code_of(shown)["doubt"]


def test_the_next_page_has_none_of_the_digits(shown: Shown) -> None:
    shown.show(PageView("printed_code", 5))
    shown.show_printed_code(5, "330314", is_doubted=True)
    shown.show_printed_code(4, "999999", is_doubted=True)
    shown.show(PageView("printed_code", 6))
    code = code_of(shown)
    assert [group["digits"] for group in code["groups"]] == ["", "", ""]
    assert (code["entered"], code["doubt"], code["turn"]) == (0, "", 6)


def test_what_stood_on_the_page_is_the_same_whatever_was_typed(shown: Shown) -> None:
    shown.show(PageView("printed_code", 5))
    before = shown.text_hash()
    shown.show_printed_code(5, "330314", is_doubted=False)
    assert shown.text_hash() == before


def test_another_language_changes_all_words_and_keeps_the_rest(shown: Shown) -> None:
    shown.show(PageView("pin", 5, {"tries_left": 3}))
    shown.show_pin_length(5, 2)
    shown.speak("en")
    page, _, length, *_ = texts(shown.news_for(Seen()))
    assert page["title"] == "Please enter your PIN"
    assert (page["language"], length["text"]) == ("en", "2 of 4 digits entered")


def warning_of(shown: Shown) -> dict[str, Any]:
    return texts(shown.news_for(Seen()))[4]


def test_a_warning_lies_over_its_page_and_goes_with_it(shown: Shown) -> None:
    shown.show(PageView("pin", 5))
    shown.warn_of_end(4, 20)
    assert warning_of(shown)["left_s"] == 0
    shown.warn_of_end(5, 20)
    warning = warning_of(shown)
    assert (warning["left_s"], warning["turn"]) == (20, 5)
    assert "20秒" in warning["text"]
    shown.speak("en")
    assert "20 seconds" in warning_of(shown)["text"]
    shown.show(PageView("take_card", 6))
    assert warning_of(shown)["left_s"] == 0


def test_more_time_can_be_touched_only_by_whoever_was_warned(shown: Shown) -> None:
    shown.show(PageView("pin", 5, {}, ("end",)))
    assert not shown.offers("more_time")
    shown.warn_of_end(5, 20)
    assert shown.offers("more_time")
    assert shown.offers("end"), "the finger was on its way when the warning came"
    shown.warn_of_end(5, 0)
    assert not shown.offers("more_time")


def moves_of(news: list[str | bytes]) -> list[str]:
    return [message["to"] for message in texts(news) if message["type"] == "move"]


CHOOSING = PageView("choose_method", 5, {}, ("face", "end"))


def test_keys_are_passed_on_once_and_in_order(shown: Shown) -> None:
    shown.show(CHOOSING)
    seen = Seen()
    for move in (Move.NEXT, Move.NEXT, Move.PRESS):
        shown.move(move)
    assert moves_of(shown.news_for(seen)) == ["next", "next", "press"]
    assert moves_of(shown.news_for(seen)) == []


def test_a_page_without_choices_takes_no_keys(shown: Shown) -> None:
    """They may be digits of a PIN that came too early or too late."""
    shown.show(PageView("checking", 5))
    shown.move(Move.PRESS)
    assert moves_of(shown.news_for(Seen())) == []


def test_keys_of_one_page_press_nothing_on_the_next(shown: Shown) -> None:
    shown.show(CHOOSING)
    seen = Seen()
    shown.news_for(seen)
    shown.move(Move.PRESS)
    shown.show(PageView("consent_all", 6, {}, ("agree_all", "end")))
    assert moves_of(shown.news_for(seen)) == []
    shown.move(Move.NEXT)
    (move,) = (each for each in texts(shown.news_for(seen)) if each["type"] == "move")
    assert move == {"type": "move", "turn": 6, "to": "next"}


def test_whoever_comes_later_presses_nothing(shown: Shown) -> None:
    shown.show(CHOOSING)
    shown.move(Move.PRESS)
    assert moves_of(shown.news_for(Seen(moves=shown.moves_made))) == []


def test_of_many_keys_a_browser_that_hung_gets_only_the_last(shown: Shown) -> None:
    shown.show(CHOOSING)
    seen = Seen()
    for move in [Move.NEXT] * 50 + [Move.PREVIOUS]:
        shown.move(move)
    moves = moves_of(shown.news_for(seen))
    assert (len(moves), moves[-1]) == (8, "previous")


def test_the_next_patient_starts_in_the_first_language(shown: Shown) -> None:
    shown.speak("en")
    shown.show(PageView("recognising", 5))
    assert texts(shown.news_for(Seen()))[0]["language"] == "en"
    shown.show(PageView("idle", 6))
    assert texts(shown.news_for(Seen()))[0]["language"] == "ja"


def test_an_unknown_language_changes_nothing(shown: Shown, changes: Changes) -> None:
    before = changes.count
    shown.speak("xx")
    assert changes.count == before
