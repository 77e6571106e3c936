"""The page is read aloud in a real Chromium, and calls for a card that is forgotten."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from device.screen.port import Move, PageValue, PageView
from device.screen.theme import SEVEN_INCH
from device.screen.voices import INDEX
from tests.device.screen.examples import NAME, SCRAMBLED_PAD
from tests.device.screen.test_browser import Kiosk, chromium
from tests.device.screen.test_language import LANGUAGES

__all__ = ["chromium"]

COUNT_TONES = """() => {
  window.tones = 0;
  window.OscillatorNode = class extends OscillatorNode {
    constructor(...given) { super(...given); window.tones += 1; }
  };
}"""
PIN = PageView("pin", 5, {"tries_left": 2, "pad": SCRAMBLED_PAD}, ("confirm", "erase", "end"))


class Listener:
    """A kiosk whose clips are heard one after another."""

    def __init__(self, chromium: Any, folder: Path, *, speaks: bool) -> None:
        self.kiosk = Kiosk(chromium, folder, SEVEN_INCH, 600, speaks=speaks)
        self.heard: list[str] = []
        self.kiosk.page.on("request", self._hear)

    def _hear(self, request: Any) -> None:
        path = unquote(urlsplit(request.url).path)
        if path.startswith("/voices/"):
            self.heard.append(path.removeprefix("/voices/").removesuffix(".opus"))

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


def test_neither_digits_nor_names_are_said(speaking: Listener) -> None:
    kiosk = speaking.kiosk
    kiosk.show(PIN)
    speaking.wait_for("ja/page.pin.title", "ja/label.tries_left-2")
    for position in (10, 2):
        kiosk.page.locator(".pad button").nth(position - (position > 9)).click()
    kiosk.screen.show_pin_length(5, 2)
    speaking.wait_for("ja/label.entered-2")
    kiosk.show(PageView("finished", 6, {"patient_name": NAME}))
    speaking.wait_for("ja/page.finished.title", "ja/page.finished.body")
    assert not [each for each in speaking.heard if "pad" in each or "patient" in each]


def test_no_digit_and_no_name_could_be_said(speaking: Listener) -> None:
    """In no language is there a recording of what stands on a pad, or of a patient's name."""
    folder = speaking.kiosk.settings.voices
    assert folder is not None
    for tag in LANGUAGES:
        recorded = json.loads((folder / tag / INDEX).read_text(encoding="utf-8"))
        assert not {text for text in recorded if text.isdigit() or NAME in text or "{" in text}


def test_whoever_wants_it_hears_the_page_and_the_next_patient_does_not(silent: Listener) -> None:
    kiosk = silent.kiosk
    kiosk.show(PageView("choose_method", 2, {}, ("face", "end")))
    assert silent.heard == []
    kiosk.page.locator("#voice button", has_text="読み上げる").click()
    silent.wait_for("ja/page.choose_method.title", "ja/page.choose_method.body")
    kiosk.page.locator("#voice button", has_text="読み上げを止める").click()
    kiosk.page.locator("#voice button", has_text="読み上げる").click()
    kiosk.show(PageView("idle", 3))
    heard = len(silent.heard)
    kiosk.show(PageView("choose_method", 4, {}, ("face", "end")))
    kiosk.page.locator("#voice button[aria-pressed=false]").wait_for()
    assert len(silent.heard) == heard


def test_whoever_goes_by_the_keys_hears_each_button(silent: Listener) -> None:
    kiosk = silent.kiosk
    kiosk.show(PageView("choose_method", 2, {}, ("face", "pin", "end")))
    kiosk.page.wait_for_timeout(450)
    kiosk.screen.move(Move.NEXT)
    silent.wait_for("ja/choice.face")
    kiosk.screen.move(Move.NEXT)
    silent.wait_for("ja/choice.pin")


def test_a_warning_is_heard(speaking: Listener) -> None:
    speaking.kiosk.show(PageView("choose_method", 2, {}, ("face", "end")))
    speaking.kiosk.screen.warn_of_end(2, 20)
    speaking.wait_for("ja/label.warning_title", "ja/label.warning_text-20", "ja/choice.more_time")


def test_a_forgotten_card_is_called_for_by_sound_and_light(silent: Listener) -> None:
    page = silent.kiosk.page
    page.evaluate(COUNT_TONES)
    tones = "window.tones"
    silent.kiosk.show(PageView("choose_method", 2, {}, ("face", "end")))
    assert page.evaluate(tones) == 0
    for turn in (3, 4):
        before = page.evaluate(tones)
        silent.kiosk.show(
            PageView("take_card", turn, {"failure": "cancelled", "is_reminder": turn - 3})
        )
        assert page.evaluate(tones) > before
    flashing = "getComputedStyle(document.querySelector('main'), '::after').animationName"
    assert page.evaluate(flashing) == "call"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(flashing) == "none"
