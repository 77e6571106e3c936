"""The pages in a real Chromium: readable, touchable, and quiet under the strict policy."""

import time
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from device.face.preview import preview_jpeg
from device.screen.port import Move, PageView
from device.screen.server import ScreenSettings, WebScreen
from device.screen.shown import Sounds
from device.screen.theme import SEVEN_INCH, ScreenProfile
from hostlink.terms import FailureCode
from tests.browser import open_chromium, violations
from tests.device.screen.conftest import Touches
from tests.device.screen.examples import (
    BOTH_NOTICES,
    EXAMPLES,
    HINTS,
    SCRAMBLED_PAD,
    TELEPHONE_PAD,
)
from tests.device.screen.golden import Golden
from tests.device.screen.recordings import one_word
from tests.device.screen.test_language import DRAWN, LANGUAGES

IDLE_TURNS = count(1_000_000)
PIN_PAGE = PageView("pin", 70, {"tries_left": 3, "pad": SCRAMBLED_PAD}, ("confirm", "erase", "end"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with open_chromium() as browser:
        yield browser


class Kiosk:
    """A browser window that shows one screen, and what it complained about."""

    def __init__(
        self,
        chromium: Any,
        folder: Path,
        profile: ScreenProfile,
        height_px: int,
        port: int = 0,
        *,
        sounds: Sounds | None = None,
        voices: Path | None = None,
    ) -> None:
        self.touches = Touches()
        self.token_file = folder / "screen.token"
        self.settings = ScreenSettings(
            self.token_file,
            port=port,
            profile=profile,
            voices=voices or one_word(),
            sounds=sounds or Sounds(),
        )
        self.screen = WebScreen(self.settings, self.touches)
        size = {"width": profile.width_px, "height": height_px}
        self.page = chromium.new_page(viewport=size)
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{self.screen.url}#{self.token_file.read_text()}")

    def show(self, page: PageView) -> None:
        self.screen.show(page)
        self.page.locator(f"main[data-page={page.name}][data-turn='{page.turn}']").wait_for()

    def wait_for(self, name: str) -> None:
        self.page.locator(f"main[data-page={name}]").wait_for()

    def speak(self, tag: str) -> None:
        if self.page.locator("html").get_attribute("lang") != tag:
            self.page.locator("#languages button").click()
            self.page.locator(f"dialog button[lang={tag}]").click()
            self.page.locator(f"html[lang={tag}]").wait_for()

    def wait_until_heard(self, touches: Sequence[tuple[str, int, str | int]]) -> None:
        deadline_s = time.monotonic() + 30
        while self.touches.heard != list(touches):
            assert time.monotonic() < deadline_s, self.touches.heard
            self.page.wait_for_timeout(10)

    def close(self) -> None:
        self.page.close()
        self.screen.close()


@pytest.fixture(scope="module")
def shared_kiosk(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    kiosk = Kiosk(chromium, tmp_path_factory.mktemp("kiosk"), SEVEN_INCH, 600)
    kiosk.wait_for("starting")
    yield kiosk
    kiosk.close()


@pytest.fixture
def kiosk(shared_kiosk: Kiosk) -> Iterator[Kiosk]:
    """A window as the next patient finds it."""
    # A turn that no page had yet: else the one that is still there would be taken for it.
    shared_kiosk.show(PageView("idle", next(IDLE_TURNS)))
    shared_kiosk.touches.heard.clear()
    yield shared_kiosk
    assert shared_kiosk.complaints == []


MISFITS = """(pxPerMm) => {
  const found = [];
  for (const each of document.querySelectorAll("body *")) {
    const box = each.getBoundingClientRect();
    const isOutside = box.left < -1 || box.top < -1
      || box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
    const isCut = each.matches(".words, .hint, button, main")
      && (each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1);
    if (box.width > 1 && box.height > 1 && (isOutside || isCut)) {
      found.push(`does not fit: ${each.outerHTML.slice(0, 120)}`);
    }
  }
  const within = document.querySelector("dialog[open]") ?? document;
  const buttons = [...within.querySelectorAll("button")].filter((b) => b.checkVisibility());
  const boxes = buttons.map((each) => each.getBoundingClientRect());
  boxes.forEach((a, index) => {
    if (Math.min(a.width, a.height) < 12.7 * pxPerMm - 0.5) {
      found.push(`too small: ${buttons[index].textContent}`);
    }
    for (const b of boxes.slice(index + 1)) {
      const gaps = [b.left - a.right, a.left - b.right, b.top - a.bottom, a.top - b.bottom];
      if (Math.max(...gaps) < 2.54 * pxPerMm - 0.5) {
        found.push(`too close: ${buttons[index].textContent}`);
      }
    }
  });
  return found;
}"""


def misfits(kiosk: Kiosk) -> list[str]:
    """What lies outside of the window, or is smaller or closer than fingers need."""
    found: list[str] = kiosk.page.evaluate(MISFITS, kiosk.settings.profile.px_per_mm)
    return found


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_page_has_a_barrier(kiosk: Kiosk, tag: str) -> None:
    """Each page in two languages at least; the others differ in their words alone."""
    number = list(LANGUAGES).index(tag)
    golden = Golden(tag)
    kiosk.show(EXAMPLES[0])
    kiosk.speak(tag)
    for page_number, page in enumerate(EXAMPLES):
        kiosk.show(page)
        kiosk.speak(tag)
        assert misfits(kiosk) == [], page
        if tag in {"ja", "en"} or (page_number - number) % len(LANGUAGES) == 0:
            assert violations(kiosk.page, is_clear=True) == [], page
        golden.compare(page_number, page, kiosk)
    golden.finish()


COLOURS = ("standard", "strong", "dark", "soft")


def see(kiosk: Kiosk, what: str, way: str) -> None:
    """The patient chooses how to see the page."""
    kiosk.page.locator("#view button").click()
    kiosk.page.locator(f"#view-settings [data-{what}={way}]").click()
    kiosk.page.locator("#view-settings .quiet").click()


@pytest.mark.parametrize("way", COLOURS[1:])
def test_no_page_has_a_barrier_in_other_colours(kiosk: Kiosk, way: str) -> None:
    """In one language: colours are the same in each."""
    kiosk.show(EXAMPLES[0])
    see(kiosk, "colours", way)
    for page in EXAMPLES:
        if page.name == "idle" and kiosk.page.locator("main").get_attribute("data-page") != "idle":
            # It brings back the colours of every beginning.
            kiosk.show(page)
            see(kiosk, "colours", way)
        kiosk.show(page)
        assert violations(kiosk.page, is_clear=way != "soft") == [], page
        assert misfits(kiosk) == [], page


def test_letters_that_are_not_clear_would_be_found(kiosk: Kiosk) -> None:
    """The soft colours are meant to be so."""
    kiosk.show(EXAMPLES[0])
    see(kiosk, "colours", "soft")
    kiosk.show(PageView("consent_all", 90, {"notices": BOTH_NOTICES}, ("agree_all", "end")))
    # As small as a long text makes them; large letters need less contrast.
    kiosk.page.evaluate("document.documentElement.style.setProperty('--letters', '0.7')")
    assert [each for each in violations(kiosk.page, is_clear=True) if "enhanced" in each]
    assert violations(kiosk.page) == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_large_letters_are_as_large_as_the_page_allows(kiosk: Kiosk, tag: str) -> None:
    kiosk.show(EXAMPLES[0])
    kiosk.speak(tag)
    normal_px = letters_px(kiosk)
    see(kiosk, "letters", "largest")
    assert letters_px(kiosk) > 1.2 * normal_px
    for page in EXAMPLES:
        if page.name != "idle":
            kiosk.show(page)
            assert misfits(kiosk) == [], page


def letters_px(kiosk: Kiosk) -> float:
    size = "parseFloat(getComputedStyle(document.querySelector('.words p')).fontSize)"
    return float(kiosk.page.evaluate(size))


def test_the_next_patient_finds_the_page_as_it_always_is(kiosk: Kiosk) -> None:
    kiosk.show(EXAMPLES[0])
    see(kiosk, "letters", "large")
    see(kiosk, "colours", "dark")
    kiosk.page.locator("#languages button").click()
    kiosk.show(PageView("idle", 40))
    assert kiosk.page.evaluate("Object.keys(document.documentElement.dataset)") == []
    assert not kiosk.page.locator("dialog[open]").count()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_ways_to_see_the_page_are_within_reach(kiosk: Kiosk, tag: str) -> None:
    kiosk.speak(tag)
    kiosk.page.locator("#view button").click()
    assert (violations(kiosk.page), misfits(kiosk)) == ([], [])
    kiosk.page.keyboard.press("Escape")


def test_a_barrier_would_be_found(kiosk: Kiosk) -> None:
    kiosk.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [each for each in violations(kiosk.page) if each.startswith("button-name")]
    kiosk.show(PageView("failed", 3, {"failure": "internal"}, ("face", "end")))
    kiosk.page.evaluate("document.querySelector('h1').textContent = 'long '.repeat(300)")
    assert misfits(kiosk)


DISPLAYS = {
    "7-inch-800": (ScreenProfile(800, 154.1), 480),
    "10-inch": (ScreenProfile(1280, 216.6), 800),
    "upright": (ScreenProfile(600, 90.3), 1024),
}
WAYS_ON = ("retry_face", "type_code", "pin", "end")


@pytest.mark.parametrize("display", DISPLAYS)
def test_everything_fits_and_every_button_is_as_wide_as_a_finger(
    chromium: Any, tmp_path: Path, display: str
) -> None:
    profile, height_px = DISPLAYS[display]
    kiosk = Kiosk(chromium, tmp_path, profile, height_px)
    kiosk.show(EXAMPLES[0])
    own = list(DISPLAYS).index(display)
    for number, tag in enumerate(LANGUAGES):
        kiosk.speak(tag)
        kiosk.page.locator("#view button").click()
        assert misfits(kiosk) == [], tag
        kiosk.page.keyboard.press("Escape")
        # Each page in each language on one of these displays, and on the 7-inch one above.
        for page in EXAMPLES[(own + number) % len(DISPLAYS) :: len(DISPLAYS)]:
            kiosk.show(page)
            # The idle page brings the first language back.
            kiosk.speak(tag)
            assert misfits(kiosk) == [], (page, tag)
    kiosk.close()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_failure_fits(kiosk: Kiosk, tag: str) -> None:
    for turn, code in enumerate(FailureCode, 100):
        kiosk.show(PageView("failed", turn, {"failure": code.name.lower()}, WAYS_ON))
        kiosk.speak(tag)
        assert misfits(kiosk) == [], code


def test_a_pin_is_typed_on_the_pad(kiosk: Kiosk) -> None:
    kiosk.show(PIN_PAGE)
    assert kiosk.page.get_by_text("あと 3 回").is_visible()
    for digit in "4071":
        kiosk.page.locator(".key", has_text=digit).click()
    kiosk.screen.show_pin_length(70, 4)
    kiosk.page.locator(".dots .is-in").nth(3).wait_for()
    kiosk.page.wait_for_timeout(400)
    kiosk.page.locator("[data-choice=confirm]").click()
    kiosk.speak("en")
    assert kiosk.touches.heard == [
        *(("pad", 70, position) for position in (10, 2, 6, 5)),
        ("choice", 70, "confirm"),
    ]
    assert kiosk.page.locator("input").count() == 0


CODE_PAGE = PageView("printed_code", 71, {"pad": TELEPHONE_PAD}, ("confirm", "erase", "end"))


def test_a_printed_code_is_typed_and_compared(kiosk: Kiosk) -> None:
    kiosk.show(CODE_PAGE)
    for digit in "58":
        kiosk.page.locator(".key", has_text=digit).click()
    kiosk.screen.show_printed_code(71, "58031420354821", is_doubted=False)
    kiosk.page.locator("#announcement", has_text="14 けた 入力").wait_for(state="attached")
    assert kiosk.page.locator(".code-digits").all_text_contents() == ["580314", "2035", "4821"]
    assert not kiosk.page.locator(".doubt").is_visible()
    assert (violations(kiosk.page), misfits(kiosk)) == ([], [])
    kiosk.screen.show_printed_code(71, "58031420354821", is_doubted=True)
    kiosk.page.locator(".doubt", has_text="お確かめください").wait_for()
    assert (violations(kiosk.page), misfits(kiosk)) == ([], [])
    kiosk.page.wait_for_timeout(400)
    for choice in ("erase", "confirm"):
        kiosk.page.locator(f"[data-choice={choice}]").click()
    kiosk.speak("en")
    # The digits come behind the page.
    kiosk.page.locator(".code-digits").nth(2).wait_for()
    assert kiosk.page.locator(".code-digits").all_text_contents() == ["580314", "2035", "4821"]
    assert (violations(kiosk.page), misfits(kiosk)) == ([], [])
    assert kiosk.touches.heard == [
        *(("pad", 71, position) for position in (4, 7)),
        *(("choice", 71, choice) for choice in ("erase", "confirm")),
    ]
    assert kiosk.page.locator("input").count() == 0


def test_the_picture_of_what_to_do_is_there_and_has_words(kiosk: Kiosk) -> None:
    for turn, failure in enumerate(DRAWN, 80):
        kiosk.show(PageView("failed", turn, {"failure": failure}, ("pin", "end")))
        picture = kiosk.page.locator(f"img[src='pictures/{failure}.svg']")
        picture.wait_for()
        assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") > 0
        assert picture.get_attribute("alt")


TOUCH_AT_ONCE = """() => new MutationObserver((_, observer) => {
  const button = document.querySelector("[data-choice=register]");
  if (button) { observer.disconnect(); button.click(); document.title = "touched"; }
}).observe(document.querySelector("main"), { childList: true })"""


def test_a_second_touch_does_not_reach_the_page_that_came_in_between(kiosk: Kiosk) -> None:
    kiosk.show(PageView("choose_method", 4, {}, ("face", "end")))
    kiosk.page.evaluate(TOUCH_AT_ONCE)
    kiosk.show(PageView("register", 5, {"patient_name": "試験 花子"}, ("register", "end")))
    assert kiosk.page.title() == "touched"
    kiosk.speak("en")
    assert kiosk.touches.heard == []


def test_the_camera_picture_is_drawn_and_the_hint_is_read_out(kiosk: Kiosk) -> None:
    kiosk.show(PageView("face", 5, {}, ("end",)))
    jpeg = BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(jpeg, "JPEG")
    for hint in HINTS:
        kiosk.screen.show_preview(5, jpeg.getvalue())
        kiosk.screen.show_hint(5, hint)
        kiosk.page.locator(f".hint[data-hint={hint}]").wait_for()
    kiosk.page.locator("canvas[width='64']").wait_for()
    said = kiosk.page.locator("#announcement[aria-live=polite]").text_content()
    assert said == kiosk.page.locator(".hint").text_content() == "そのままお待ちください"
    pixel = kiosk.page.evaluate(
        "[...document.querySelector('canvas').getContext('2d').getImageData(9, 9, 1, 1).data]"
    )
    assert pixel[0] > 150 > pixel[1]


def _left_of_the_camera_picture(kiosk: Kiosk) -> tuple[int, ...]:
    """Red, green and blue of what stands on the left of it on the glass."""
    with Image.open(BytesIO(kiosk.page.locator("canvas").screenshot())) as shown:
        colours = shown.convert("RGB").resize((4, 3)).getpixel((0, 0))
    assert isinstance(colours, tuple)
    return tuple(int(each) for each in colours)


def test_who_must_move_right_is_seen_on_the_left_of_the_glass(kiosk: Kiosk) -> None:
    """The camera saw the patient (red) on its right; mirrored twice they would stand there."""
    seen = np.zeros((48, 64, 3), np.uint8)
    seen[:, 32:, 0], seen[:, :32, 2] = 220, 220
    kiosk.show(PageView("face", 6, {}, ("end",)))
    kiosk.screen.show_preview(6, preview_jpeg(seen))
    kiosk.page.locator("canvas[width='64']").wait_for()
    red, _, blue = _left_of_the_camera_picture(kiosk)
    assert red > 150 > blue
    kiosk.page.evaluate("document.querySelector('canvas').style.transform = 'scaleX(-1)'")
    red, _, blue = _left_of_the_camera_picture(kiosk)
    assert blue > 150 > red


def test_the_token_leaves_the_address_and_survives_a_reload(kiosk: Kiosk) -> None:
    kiosk.show(PageView("idle", 2))
    assert kiosk.page.url == kiosk.screen.url
    kiosk.page.reload()
    kiosk.wait_for("idle")
    assert kiosk.page.evaluate("history.length") <= 2


def test_the_keyboard_reaches_everything_and_the_title_is_read_first(kiosk: Kiosk) -> None:
    kiosk.show(PageView("choose_method", 4, {}, ("face", "pin", "end")))
    assert kiosk.page.evaluate("document.activeElement.tagName") == "H1"
    reached = []
    for _ in range(3):
        kiosk.page.keyboard.press("Tab")
        reached.append(kiosk.page.evaluate("document.activeElement.dataset.choice"))
    assert reached == ["face", "pin", "end"]
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert kiosk.page.evaluate(outline) == "solid"


def test_a_reader_that_restarts_is_found_again(chromium: Any, tmp_path: Path) -> None:
    kiosk = Kiosk(chromium, tmp_path, SEVEN_INCH, 600)
    kiosk.show(PageView("idle", 2))
    port = int(kiosk.screen.url.rsplit(":", 1)[1].strip("/"))
    kiosk.screen.close()
    kiosk.wait_for("offline")
    assert kiosk.page.locator("button").count() == 0
    again = WebScreen(ScreenSettings(kiosk.token_file, port=port), kiosk.touches)
    kiosk.wait_for("starting")
    kiosk.page.close()
    again.close()


WARNED_PAGE = PageView("consent_all", 80, {}, ("agree_all", "refuse_all", "one_by_one", "end"))


def warn(kiosk: Kiosk) -> Any:
    """Lays the warning over a page; returns the button that asks for more time."""
    kiosk.show(WARNED_PAGE)
    kiosk.screen.warn_of_end(WARNED_PAGE.turn, 20)
    go_on = kiosk.page.locator("#warning[open] button")
    go_on.wait_for()
    return go_on


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_warning_is_read_and_answered_without_a_barrier(kiosk: Kiosk, tag: str) -> None:
    kiosk.show(WARNED_PAGE)
    kiosk.speak(tag)
    warn(kiosk)
    assert misfits(kiosk) == []
    assert violations(kiosk.page, is_clear=True) == []


def test_a_touch_on_the_warning_or_a_key_asks_for_more_time(kiosk: Kiosk) -> None:
    wanted = [("choice", WARNED_PAGE.turn, "more_time")]
    for key in ("", "Enter", "Escape"):
        go_on = warn(kiosk)
        if key:
            kiosk.page.keyboard.press(key)
        else:
            go_on.click()
        kiosk.wait_until_heard(wanted)
        kiosk.screen.warn_of_end(WARNED_PAGE.turn, 0)
        kiosk.page.locator("#warning:not([open])").wait_for(state="attached")
        kiosk.touches.heard.clear()


def test_the_warning_goes_with_its_page(kiosk: Kiosk) -> None:
    warn(kiosk)
    kiosk.show(PageView("take_card", 81, {"failure": "timed_out"}))
    kiosk.page.locator("#warning:not([open])").wait_for(state="attached")
    kiosk.page.locator("h1:focus").wait_for()


UNTOUCHABLE_MS = 450
"""A page that came just now takes neither touches nor keys (`web/app.js`)."""


def show_for_keys(kiosk: Kiosk, page: PageView) -> None:
    kiosk.show(page)
    kiosk.page.wait_for_timeout(UNTOUCHABLE_MS)


def go(kiosk: Kiosk, *moves: Move, to: str = "") -> None:
    """Presses keys of the pad and waits until the button is gone to."""
    for move in moves:
        kiosk.screen.move(move)
    if to:
        kiosk.page.locator(f"[data-choice={to}]:focus").wait_for()


def test_the_keys_of_a_pad_lead_through_the_buttons_and_press_them(kiosk: Kiosk) -> None:
    show_for_keys(kiosk, PageView("choose_method", 90, {}, ("face", "pin", "end")))
    go(kiosk, Move.NEXT, to="face")
    go(kiosk, Move.NEXT, to="pin")
    outline = "getComputedStyle(document.activeElement).outlineWidth"
    assert float(kiosk.page.evaluate(outline).removesuffix("px")) > 3
    go(kiosk, Move.PRESS)
    kiosk.wait_until_heard([("choice", 90, "pin")])
    go(kiosk, Move.LEAVE)
    kiosk.wait_until_heard([("choice", 90, "pin"), ("choice", 90, "end")])


def test_a_key_presses_nothing_before_a_button_was_gone_to(kiosk: Kiosk) -> None:
    page = PageView("consent_all", 91, {}, ("agree_all", "refuse_all", "end"))
    show_for_keys(kiosk, page)
    go(kiosk, Move.PRESS, Move.LEAVE)
    kiosk.wait_until_heard([("choice", 91, "end")])


def test_keys_do_not_reach_the_page_that_came_in_between(kiosk: Kiosk) -> None:
    kiosk.show(PageView("consent_all", 93, {}, ("agree_all", "refuse_all", "end")))
    go(kiosk, Move.NEXT, Move.PRESS, Move.LEAVE)
    kiosk.page.wait_for_timeout(UNTOUCHABLE_MS)
    assert kiosk.touches.heard == []


def test_the_keys_of_a_pad_reach_another_language_and_the_warning(kiosk: Kiosk) -> None:
    show_for_keys(kiosk, PageView("choose_method", 92, {}, ("face", "pin", "end")))
    go(kiosk, Move.NEXT, Move.PREVIOUS, Move.PRESS)
    kiosk.page.locator("#language-list[open]").wait_for()
    go(kiosk, Move.NEXT, Move.PRESS)
    kiosk.page.locator(f"html[lang={list(LANGUAGES)[1]}]").wait_for()
    warn(kiosk)
    kiosk.page.wait_for_timeout(UNTOUCHABLE_MS)
    go(kiosk, Move.PRESS)
    kiosk.wait_until_heard([("choice", WARNED_PAGE.turn, "more_time")])
    go(kiosk, Move.LEAVE)
    more, end = (("choice", WARNED_PAGE.turn, name) for name in ("more_time", "end"))
    kiosk.wait_until_heard([more, end])


def test_the_list_of_languages_is_whole_and_within_reach(kiosk: Kiosk) -> None:
    kiosk.page.get_by_role("button", name="Language").click()
    named = kiosk.page.locator("dialog button[lang]").all_text_contents()
    assert named == [language.name for language in LANGUAGES.values()]
    assert (violations(kiosk.page), misfits(kiosk)) == ([], [])
    kiosk.page.locator("dialog button[lang=ne]").click()
    kiosk.page.locator("html[lang=ne]").wait_for()
    assert not kiosk.page.locator("#language-list").is_visible()


def test_of_two_languages_the_other_is_one_touch_away(
    chromium: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    languages = {tag: LANGUAGES[tag] for tag in ("ja", "en")}
    monkeypatch.setattr("device.screen.server.load_languages", lambda tag: languages)
    kiosk = Kiosk(chromium, tmp_path, SEVEN_INCH, 600)
    kiosk.show(PageView("idle", 2))
    kiosk.page.get_by_role("button", name="English").click()
    kiosk.page.locator("html[lang=en]").wait_for()
    kiosk.close()
    assert kiosk.complaints == []


def fonts_of(page: Any, selector: str) -> set[str]:
    page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
    devtools = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        devtools.send(f"{domain}.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    node = devtools.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    fonts = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    devtools.detach()
    return {font["familyName"] for font in fonts}


FONTS = {
    "ja": "Noto Sans CJK JP",
    "ja-x-easy": "Noto Sans CJK JP",
    "zh-Hans": "Noto Sans CJK SC",
    "zh-Hant": "Noto Sans CJK TC",
    "ko": "Noto Sans CJK KR",
    "ne": "Noto Sans Devanagari",
    "my": "Noto Sans Myanmar",
}
"""Where letters have other shapes in another language or are in no other font; else Noto Sans."""


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_language_is_written_in_its_own_shapes(kiosk: Kiosk, tag: str) -> None:
    kiosk.show(PageView("pin_last_try", 2, {}, ("confirm_last_try", "end")))
    kiosk.speak(tag)
    own = FONTS.get(tag, "Noto Sans")
    used = {*fonts_of(kiosk.page, "h1"), *fonts_of(kiosk.page, ".words p")}
    assert own in used
    assert used <= {own, "Noto Sans"}
