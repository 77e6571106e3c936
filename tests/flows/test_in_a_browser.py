"""Whole visits as a patient has them: a real Chromium, every process, several languages.

The page asks nobody but the reader for anything, and a page that is not the reader's gets nothing.
"""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from device.screen import server
from tests.browser import open_chromium
from tests.device.screen.conftest import Touches
from tests.device.screen.test_language import LANGUAGES
from tests.flows.desk import Desk
from tests.hw_sim.bench import Bench

UNTOUCHABLE_MS = 450
HOSTILE = b"""<!doctype html><title>another page</title>"""
ATTACK = """async ([host, token]) => {
  const heard = [];
  for (const protocols of [["uketsuke.screen.v1"], ["uketsuke.screen.v1", `token.${token}`]]) {
    heard.push(await new Promise((resolve) => {
      const socket = new WebSocket(`ws://${host}/patient`, protocols);
      socket.onmessage = () => resolve("told");
      socket.onclose = () => resolve("closed");
    }));
  }
  for (const path of ["/", "/page-life", "/theme.css"]) {
    const asked = fetch(`http://${host}${path}`, { mode: "no-cors" });
    heard.push(await asked.then(() => "read", () => "refused"));
  }
  const frame = document.createElement("iframe");
  frame.src = `http://${host}/`;
  const loaded = new Promise((resolve) => { frame.onload = resolve; });
  document.body.append(frame);
  await loaded;
  return heard;
}"""


class Patient:
    """Eyes and finger on the page itself."""

    def __init__(self, page: Any, bench: Bench) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.asked: set[str] = set()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.add(urlsplit(request.url).netloc))
        self.host = f"127.0.0.1:{bench.screen_port}"
        self.token = (bench.folder / "screen.token").read_text()
        page.goto(f"http://{self.host}/#{self.token}")

    def see(self, name: str) -> None:
        self.page.locator(f"main[data-page={name}]").wait_for(timeout=30_000)

    def press(self, page: str, choice: str) -> None:
        self.see(page)
        self.page.wait_for_timeout(UNTOUCHABLE_MS)
        self.page.locator(f"[data-choice={choice}]").click()

    def speak(self, tag: str) -> None:
        self.page.locator("#languages button").click()
        self.page.locator(f"dialog button[lang={tag}]").click()
        self.page.locator(f"html[lang={tag}]").wait_for()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def patient(chromium: Any, desk: Desk) -> Iterator[Patient]:
    page = chromium.new_page(viewport={"width": 1024, "height": 600})
    made = Patient(page, desk.bench)
    yield made
    page.close()
    assert made.complaints == []
    assert made.asked == {made.host}


@pytest.mark.parametrize("tag", ["en", "ne", "zh-Hant"])
def test_a_visit_by_face(desk: Desk, patient: Patient, tag: str) -> None:
    before = len(desk.completed())
    desk.bench.show_face("taro")
    desk.lay()
    patient.see("choose_method")
    patient.speak(tag)
    patient.press("choose_method", "face")
    patient.press("consent_all", "one_by_one")
    for answer in ("agree", "refuse", "agree"):
        patient.press("consent_one", answer)
        patient.page.wait_for_timeout(UNTOUCHABLE_MS)
    patient.see("finished")
    assert "受付　太郎" in patient.page.locator(".lead").inner_text()
    thanks = LANGUAGES[tag].text("page.finished.body")
    assert thanks in patient.page.locator("main").inner_text()
    desk.take()
    patient.see("card_taken")
    desk.wait_until(lambda: len(desk.completed()) == before + 1, "the result at the agent")


def test_a_visit_by_pin_in_large_letters(desk: Desk, patient: Patient) -> None:
    before = len(desk.completed())
    desk.lay()
    patient.see("choose_method")
    patient.speak("pt")
    patient.page.locator("#view button").click()
    patient.page.locator("#view-settings [data-letters=largest]").click()
    patient.page.locator("#view-settings .quiet").click()
    patient.press("choose_method", "pin")
    patient.see("pin")
    patient.page.wait_for_timeout(UNTOUCHABLE_MS)
    for digit in desk.pin:
        patient.page.locator(".key", has_text=digit).click()
    patient.page.locator(".dots .is-in").nth(3).wait_for()
    patient.press("pin", "confirm")
    patient.press("consent_all", "refuse_all")
    patient.see("finished")
    desk.take()
    patient.see("idle")
    assert patient.page.locator("html").get_attribute("lang") == "ja"
    assert patient.page.evaluate("Object.keys(document.documentElement.dataset)") == []
    desk.wait_until(lambda: len(desk.completed()) == before + 1, "the result at the agent")


class OtherPage:
    """A page of another server on this machine, and what the browser complains of there."""

    def __init__(self, chromium: Any, folder: Path) -> None:
        (folder / "index.html").write_bytes(HOSTILE)

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *given: Any) -> None:
                super().__init__(*given, directory=str(folder))

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
                """Nobody reads it."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._page = chromium.new_page()
        self.complaints: list[str] = []
        self._page.on("console", lambda message: self.complaints.append(message.text))
        self._page.goto(f"http://127.0.0.1:{self._server.server_port}/")

    def attack(self, host: str, token: str) -> list[str]:
        """Even somebody who stole the token has no page that may use it."""
        heard: list[str] = self._page.evaluate(ATTACK, [host, token])
        return heard

    def is_frame_refused(self) -> bool:
        return any("frame-ancestors" in each for each in self.complaints)

    def close(self) -> None:
        self._page.close()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def other_page(chromium: Any, tmp_path: Path) -> Iterator[OtherPage]:
    page = OtherPage(chromium, tmp_path)
    yield page
    page.close()


def test_a_page_of_somebody_else_gets_nothing(patient: Patient, other_page: OtherPage) -> None:
    heard = other_page.attack(patient.host, patient.token)
    assert heard == ["closed", "closed", "refused", "refused", "refused"]
    assert other_page.is_frame_refused()


def test_without_the_guard_it_would_get_everything(
    other_page: OtherPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the same page before a screen that lets everybody in."""
    monkeypatch.setattr(server, "Guard", lambda application, _: application)
    token_file = tmp_path / "screen.token"
    screen = server.WebScreen(server.ScreenSettings(token_file), Touches())
    heard = other_page.attack(urlsplit(screen.url).netloc, token_file.read_text())
    screen.close()
    assert heard == ["closed", "told", "read", "read", "read"]
    assert not other_page.is_frame_refused()
