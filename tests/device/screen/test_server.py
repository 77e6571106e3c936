import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from device.errors import ConfigurationError
from device.screen.errors import UnknownTextError
from device.screen.port import PageView
from device.screen.server import ScreenSettings, WebScreen
from tests.device.screen.conftest import Touches, open_browser
from tests.device.screen.examples import EXAMPLES, NAME, SCRAMBLED_PAD
from tests.hw_sim.patient_screen import NotShownError, PatientScreen

PIN_PAGE = PageView("pin", 7, {"tries_left": 3, "pad": SCRAMBLED_PAD}, ("confirm", "erase", "end"))
Come = Callable[[], PatientScreen]
HANGS_AFTER_S = 20.0


def answered(patient: PatientScreen) -> None:
    """Returns when the server has heard everything that was said before."""
    language = patient.language()
    patient.speak("en" if language == "ja" else "ja")
    patient.speak(language)


def test_the_first_page_is_there_at_once(patient: PatientScreen) -> None:
    assert patient.shown() == "starting"
    assert patient.title() == "準備しています"


def test_every_page_reaches_the_patient(screen: WebScreen, patient: PatientScreen) -> None:
    for page in EXAMPLES:
        screen.show(page)
        patient.wait_for(page.name, after_turn=page.turn - 1)
        assert patient.turn() == page.turn
        assert patient.choices() == list(page.choices)


def test_whoever_comes_late_sees_what_is_shown_now(screen: WebScreen, come: Come) -> None:
    screen.show(PIN_PAGE)
    screen.show_pin_length(7, 2)
    late = come()
    late.wait_for("pin")
    late.wait_for_entered(2)


def test_a_choice_is_heard_with_the_turn_of_its_page(
    screen: WebScreen, patient: PatientScreen, touches: Touches
) -> None:
    screen.show(PageView("choose_method", 4, {}, ("face", "end")))
    patient.wait_for("choose_method")
    patient.choose("face")
    answered(patient)
    assert touches.heard == [("choice", 4, "face")]
    with pytest.raises(NotShownError):
        patient.choose("pin")


def test_a_touch_on_an_earlier_page_keeps_its_turn(
    screen: WebScreen, patient: PatientScreen, touches: Touches
) -> None:
    patient._say({"type": "choice", "turn": 4, "choice": "register"})
    patient._say({"type": "pad", "turn": 4, "position": 2})
    answered(patient)
    assert touches.heard == [("choice", 4, "register"), ("pad", 4, 2)]


def test_a_choice_that_is_not_offered_is_not_passed_on(
    screen: WebScreen, patient: PatientScreen, touches: Touches
) -> None:
    screen.show(PageView("choose_method", 4, {}, ("face", "end")))
    patient.wait_for("choose_method")
    patient._say({"type": "choice", "turn": 4, "choice": "register"})
    patient._say({"type": "choice", "turn": 3, "choice": "no such word"})
    answered(patient)
    assert touches.heard == []


def test_a_pin_travels_as_positions(
    screen: WebScreen, patient: PatientScreen, touches: Touches
) -> None:
    screen.show(PIN_PAGE)
    patient.wait_for("pin")
    patient.type_pin("4071")
    patient.press("confirm")
    answered(patient)
    assert touches.heard == [
        *(("pad", 7, position) for position in (10, 2, 6, 5)),
        ("choice", 7, "confirm"),
    ]


def test_noise_from_a_browser_is_ignored(patient: PatientScreen, touches: Touches) -> None:
    for noise in ("", "null", '{"type": "pin"}', '{"type": "choice"}'):
        patient._socket.send(noise)
    answered(patient)
    assert touches.heard == []


def test_bytes_from_a_browser_are_ignored(patient: PatientScreen, touches: Touches) -> None:
    patient._socket.send(b'{"type": "pad", "turn": 1, "position": 1}')
    answered(patient)
    assert touches.heard == []


def test_a_message_longer_than_any_touch_ends_the_talk(
    patient: PatientScreen, touches: Touches
) -> None:
    patient._socket.send("x" * 2000)
    patient.wait_until_dark()


def test_pictures_come_when_asked_for(screen: WebScreen, patient: PatientScreen) -> None:
    screen.show(PageView("face", 5, {}, ("end",)))
    screen.show_hint(5, "come_closer")
    screen.show_preview(5, b"first")
    patient.wait_for_hint("come_closer")
    assert patient.watch_picture() == b"first"
    screen.show_preview(5, b"second")
    assert patient.watch_picture() == b"second"


def test_a_browser_that_reads_nothing_holds_nobody_up(
    screen: WebScreen, come: Come, token_file: Path
) -> None:
    picture = bytes(5_000_000)
    with open_browser(screen, token_file.read_text()) as stuck:

        def show_all() -> None:
            for turn in range(10, 60):
                stuck.send('{"type": "preview"}')
                screen.show(PageView("face", turn))
                screen.show_preview(turn, picture)

        showing = threading.Thread(target=show_all, daemon=True)
        showing.start()
        # Whoever waited for that browser would wait for ever.
        showing.join(HANGS_AFTER_S)
        assert not showing.is_alive()
        screen.show(PageView("idle", 300))
        come().wait_for("idle")


def test_pages_from_several_threads_end_in_the_last_one(
    screen: WebScreen, patient: PatientScreen
) -> None:
    def show_all() -> None:
        for page in EXAMPLES:
            screen.show(page)

    threads = [threading.Thread(target=show_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    screen.show(PageView("idle", 99))
    patient.wait_for("idle", after_turn=98)


def test_what_no_language_describes_is_refused_where_it_was_asked_for(screen: WebScreen) -> None:
    with pytest.raises(UnknownTextError):
        screen.show(PageView("nowhere", 2))
    with pytest.raises(UnknownTextError):
        screen.show_hint(2, "jump")


def test_closing_darkens_the_screen_and_is_harmless_when_repeated(
    screen: WebScreen, patient: PatientScreen
) -> None:
    screen.close()
    patient.wait_until_dark()
    screen.close()
    screen.show(PageView("idle", 2))


def test_the_port_is_free_again_afterwards(touches: Touches, token_file: Path) -> None:
    first = WebScreen(ScreenSettings(token_file), touches)
    port = int(first.url.rsplit(":", 1)[1].strip("/"))
    with pytest.raises(ConfigurationError, match="port"):
        WebScreen(ScreenSettings(token_file, port=port), touches)
    first.close()
    WebScreen(ScreenSettings(token_file, port=port), touches).close()


@pytest.mark.parametrize(
    "settings", [{"host": "192.0.2.1"}, {"port": 70000}, {"language": "xx"}], ids=str
)
def test_impossible_settings_are_refused(
    token_file: Path, touches: Touches, settings: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError):
        WebScreen(ScreenSettings(token_file, **settings), touches)  # type: ignore[arg-type]  # wrong on purpose


def enter_a_pin(screen: WebScreen, patient: PatientScreen, token: str) -> None:
    screen.show(PageView("register", 6, {"patient_name": NAME}, ("register",)))
    patient.wait_for("register")
    screen.show(PIN_PAGE)
    patient.wait_for("pin")
    patient.type_pin("4071")
    answered(patient)


def secrets_in(logged: str, token: str) -> list[str]:
    pad = '"8", "3", "0"'
    return [each for each in (pad, NAME, '"position"', token) if each in logged]


def test_no_log_tells_pad_touches_name_or_token(
    screen: WebScreen, come: Come, token_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    enter_a_pin(screen, come(), token_file.read_text())
    ours = [record.getMessage() for record in caplog.records if record.threadName == "screen"]
    assert secrets_in("\n".join(ours), token_file.read_text()) == []


def test_a_talkative_server_would_be_caught(
    screen: WebScreen, come: Come, token_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "uvicorn.error")
    enter_a_pin(screen, come(), token_file.read_text())
    ours = [record.getMessage() for record in caplog.records if record.threadName == "screen"]
    assert secrets_in("\n".join(ours), token_file.read_text())
