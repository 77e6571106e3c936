"""The page is read aloud in a real Chromium, and calls for a card that is forgotten."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from device.screen import shown
from device.screen.pages import spoken
from device.screen.port import Move, PageValue, PageView
from device.screen.shown import Sounds
from device.screen.theme import SEVEN_INCH
from device.screen.voices import INDEX
from tests.device.screen.examples import NAME, SCRAMBLED_PAD
from tests.device.screen.recordings import record_one_word
from tests.device.screen.test_browser import Kiosk, chromium, misfits

__all__ = ["chromium"]

LISTEN = """() => {
  window.said = [];
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    window.said.push(this.src);
    return play.call(this);
  };
}"""
COUNT_TONES = """() => {
  window.tones = 0;
  window.OscillatorNode = class extends OscillatorNode {
    constructor(...given) { super(...given); window.tones += 1; }
  };
}"""
PIN = PageView("pin", 5, {"tries_left": 2, "pad": SCRAMBLED_PAD}, ("confirm", "erase", "end"))


class Listener:
    """A kiosk whose clips are heard one after another."""

    def __init__(
        self, chromium: Any, folder: Path, *, speaks: bool, voices: Path | None = None
    ) -> None:
        sounds = Sounds(speaks=speaks)
        self.kiosk = Kiosk(chromium, folder, SEVEN_INCH, 600, sounds=sounds, voices=voices)
        self.kiosk.page.evaluate(LISTEN)

    @property
    def heard(self) -> list[str]:
        """Language and sentence of all clips that were begun."""
        paths = [unquote(urlsplit(each).path) for each in self.kiosk.page.evaluate("window.said")]
        return [each.removeprefix("/voices/").removesuffix(".opus") for each in paths]

    def wait_for(self, *clips: str) -> None:
        for _ in range(3000):
            if self.heard[-len(clips) :] == list(clips):
                return
            self.kiosk.page.wait_for_timeout(10)
        raise AssertionError(self.heard)


@pytest.fixture
def speaking(chromium: Any, tmp_path: Path) -> Iterator[Listener]:
    made = Listener(chromium, tmp_path, speaks=True)
    yield made
    assert made.kiosk.complaints == []
    made.kiosk.close()


@pytest.fixture
def silent(chromium: Any, tmp_path: Path) -> Iterator[Listener]:
    made = Listener(chromium, tmp_path, speaks=False)
    made.kiosk.show(PageView("idle", 1))
    yield made
    assert made.kiosk.complaints == []
    made.kiosk.close()


def test_a_page_is_read_from_top_to_bottom_in_its_language(speaking: Listener) -> None:
    values: dict[str, PageValue] = {
        "items": ("surgery",),
        "consent_hours": 24,
        "position": 1,
        "count": 3,
    }
    speaking.kiosk.show(PageView("consent_one", 2, values, ("agree", "refuse", "end")))
    page = "page.consent_one"
    read = (f"{page}.title", "label.position-1-3", f"{page}.body", "label.consent_terms-24")
    choices = ("consent.surgery", "choice.agree", "choice.refuse", "choice.end")
    speaking.wait_for(*(f"ja/{each}" for each in (*read, *choices)))
    speaking.kiosk.speak("ne")
    speaking.wait_for(*(f"ne/{each}" for each in read))


def go_over_the_pad(listener: Listener) -> None:
    """By the keys to every button of the page, as somebody does who does not see it."""
    buttons = listener.kiosk.page.locator("main button").count()
    listener.kiosk.page.wait_for_timeout(450)
    for _ in range(buttons + 1):
        listener.kiosk.screen.move(Move.NEXT)
        listener.kiosk.page.wait_for_timeout(60)
    listener.kiosk.screen.show_pin_length(5, 2)
    listener.wait_for("ja/label.entered-2")


DIGITS_AND_NAMES = ("digit", "name")


def test_neither_digits_nor_names_are_said(speaking: Listener) -> None:
    speaking.kiosk.show(PIN)
    speaking.wait_for("ja/page.pin.title", "ja/label.tries_left-2")
    go_over_the_pad(speaking)
    assert "ja/choice.erase" in speaking.heard
    speaking.kiosk.show(PageView("finished", 6, {"patient_name": NAME}))
    speaking.wait_for("ja/page.finished.title", "ja/page.finished.body")
    assert not [each for each in speaking.heard if each.endswith(DIGITS_AND_NAMES)]


def test_a_page_that_tells_its_pad_and_a_recorded_name_would_be_heard(
    chromium: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: both have to go wrong for a digit, the recording and the page."""
    monkeypatch.setattr(shown, "spoken", lambda model: [*model["pad"], *spoken(model)])
    voices = record_one_word(tmp_path / "voices")
    index = voices / "ja" / INDEX
    clips = json.loads(index.read_text(encoding="utf-8"))
    clips |= dict.fromkeys("0123456789", "digit.opus") | {f"{NAME} 様": "name.opus"}
    for name in DIGITS_AND_NAMES:
        (voices / "ja" / f"{name}.opus").write_bytes(
            (voices / "ja" / "choice.end.opus").read_bytes()
        )
    index.write_text(json.dumps(clips), encoding="utf-8")
    careless = Listener(chromium, tmp_path, speaks=True, voices=voices)
    careless.kiosk.show(PIN)
    careless.wait_for("ja/digit", "ja/digit")
    careless.kiosk.show(PageView("finished", 6, {"patient_name": NAME}))
    careless.wait_for("ja/page.finished.title", "ja/name", "ja/page.finished.body")
    careless.kiosk.close()


def test_whoever_wants_it_hears_the_page_and_the_next_patient_does_not(silent: Listener) -> None:
    kiosk = silent.kiosk
    kiosk.show(PageView("choose_method", 2, {}, ("face", "end")))
    toggle = kiosk.page.locator("#voice button", has_text="読み上げる")
    toggle.click()
    silent.wait_for("ja/page.choose_method.title", "ja/page.choose_method.body")
    assert toggle.get_attribute("aria-pressed") == "true"
    assert misfits(kiosk) == []
    toggle.click()
    toggle.click()
    kiosk.show(PageView("idle", 3))
    kiosk.page.locator("#voice button[aria-pressed=false]").wait_for()
    heard = len(silent.heard)
    kiosk.show(PageView("choose_method", 4, {}, ("face", "end")))
    assert len(silent.heard) == heard
    toggle.click()
    while len(silent.heard) == heard:
        kiosk.page.wait_for_timeout(10)
    # What is heard is what was asked for now: nothing of the page before was said.
    assert silent.heard[heard] == "ja/page.choose_method.title"


def test_whoever_goes_by_the_keys_hears_the_page_and_then_each_button(silent: Listener) -> None:
    kiosk = silent.kiosk
    kiosk.page.wait_for_timeout(450)
    kiosk.screen.move(Move.NEXT)
    silent.wait_for("ja/page.idle.title", "ja/page.idle.body")
    kiosk.page.locator("#voice button[aria-pressed=true]").wait_for()
    kiosk.show(PageView("choose_method", 2, {}, ("face", "pin", "end")))
    silent.wait_for("ja/page.choose_method.title")
    kiosk.page.wait_for_timeout(450)
    for name in ("face", "pin"):
        kiosk.screen.move(Move.NEXT)
        silent.wait_for(f"ja/choice.{name}")


def test_a_hint_waits_for_the_title(speaking: Listener) -> None:
    speaking.kiosk.show(PageView("face", 2, {}, ("pin", "end")))
    speaking.kiosk.screen.show_hint(2, "come_closer")
    speaking.wait_for("ja/page.face.title", "ja/hint.come_closer")


def test_a_warning_is_heard(speaking: Listener) -> None:
    speaking.kiosk.show(PageView("choose_method", 2, {}, ("face", "end")))
    speaking.kiosk.screen.warn_of_end(2, 20)
    speaking.wait_for("ja/label.warning_title", "ja/label.warning_text-20", "ja/choice.more_time")


@pytest.mark.parametrize("chimes", [True, False])
def test_a_card_that_is_left_is_called_for_by_sound_and_light(
    chromium: Any, tmp_path: Path, chimes: bool
) -> None:
    kiosk = Kiosk(chromium, tmp_path, SEVEN_INCH, 600, sounds=Sounds(chimes=chimes))
    kiosk.show(PageView("choose_method", 2, {}, ("face", "end")))
    kiosk.page.evaluate(COUNT_TONES)
    for turn in (3, 4):
        before = kiosk.page.evaluate("window.tones")
        values: dict[str, PageValue] = {"failure": "cancelled", "is_reminder": turn - 3}
        kiosk.show(PageView("take_card", turn, values))
        assert (kiosk.page.evaluate("window.tones") > before) == chimes
    calls = (
        "(({ animationName, animationIterationCount }) => [animationName, animationIterationCount])"
    )
    frame = f"{calls}(getComputedStyle(document.querySelector('main'), '::after'))"
    assert kiosk.page.evaluate(frame) == ["call", "4"], "under five seconds (WCAG 2.2.2)"
    kiosk.page.emulate_media(reduced_motion="reduce")
    assert "call" not in kiosk.page.evaluate(frame)
    assert kiosk.complaints == []
    kiosk.close()
