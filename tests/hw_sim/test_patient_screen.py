"""The simulated patient against a screen that is played by hand, word for word as documented."""

import json
import queue
import threading
from collections.abc import Callable, Iterator

import pytest
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.hw_sim.patient_screen import PROTOCOL, NotShownError, PatientScreen
from tests.hw_sim.wording import wording_of

PAD = ["8", "3", "0", "5", "9", "1", "7", "2", "6", "", "4", ""]


def page(name: str, turn: int, **others: object) -> str:
    empty = {"title": "題", "lead": "", "paragraphs": [], "items": [], "notices": []}
    fields = {"choices": [], "pad": [], "language": "ja", "languages": [], "labels": {}}
    return json.dumps({"type": "page", "name": name, "turn": turn, **empty, **fields, **others})


class HandPlayedScreen:
    """Sends what it is told and keeps what it hears."""

    def __init__(self) -> None:
        self.heard: queue.Queue[object] = queue.Queue()
        self.subprotocols: str | None = None
        self._here: queue.Queue[ServerConnection] = queue.Queue()
        self._server = serve(
            self._attend,
            "127.0.0.1",
            0,
            subprotocols=[PROTOCOL, Subprotocol("token.secret")],
            compression=None,
        )
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.socket.getsockname()[1]}/"
        self.send: Callable[[str | bytes], None] = lambda message: None

    def _attend(self, patient: ServerConnection) -> None:
        assert patient.request is not None
        self.subprotocols = patient.request.headers["Sec-WebSocket-Protocol"]
        self.send = patient.send
        patient.send(page("starting", 1))
        for message in patient:
            self.heard.put(json.loads(message))

    def next_heard(self) -> object:
        return self.heard.get(timeout=5)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()


@pytest.fixture
def hand() -> Iterator[HandPlayedScreen]:
    hand = HandPlayedScreen()
    yield hand
    hand.close()


@pytest.fixture
def patient(hand: HandPlayedScreen) -> Iterator[PatientScreen]:
    with PatientScreen(hand.url, "secret") as patient:
        yield patient


def test_the_token_is_offered_beside_the_protocol(
    hand: HandPlayedScreen, patient: PatientScreen
) -> None:
    assert hand.subprotocols == "uketsuke.screen.v1, token.secret"
    assert patient.shown() == "starting"


def test_a_pin_is_typed_where_its_digits_are_drawn(
    hand: HandPlayedScreen, patient: PatientScreen
) -> None:
    hand.send(page("pin", 7, pad=PAD, choices=[{"name": "confirm", "text": "確定"}]))
    patient.wait_for("pin")
    patient.type_pin("40")
    patient.press("confirm")
    assert hand.next_heard() == {"type": "pad", "turn": 7, "position": 10}
    assert hand.next_heard() == {"type": "pad", "turn": 7, "position": 2}
    assert hand.next_heard() == {"type": "choice", "turn": 7, "choice": "confirm"}
    hand.send('{"type": "pin_length", "turn": 7, "entered": 2, "text": "2"}')
    patient.wait_for_entered(2)


def test_only_what_is_drawn_can_be_touched(patient: PatientScreen) -> None:
    with pytest.raises(NotShownError):
        patient.choose("face")
    with pytest.raises(NotShownError):
        patient.type_pin("1")


def test_waiting_ends_with_what_is_shown_instead(patient: PatientScreen) -> None:
    with pytest.raises(NotShownError, match="shown: starting"):
        patient.wait_for("idle", timeout_s=0.05)


def test_a_page_of_an_earlier_turn_is_not_the_one_waited_for(
    hand: HandPlayedScreen, patient: PatientScreen
) -> None:
    hand.send(page("pin", 7))
    patient.wait_for("pin")
    with pytest.raises(NotShownError):
        patient.wait_for("pin", after_turn=7, timeout_s=0.05)
    hand.send(page("pin", 8))
    patient.wait_for("pin", after_turn=7)


def test_every_sentence_is_read(hand: HandPlayedScreen, patient: PatientScreen) -> None:
    choices = [{"name": "end", "text": "終了する"}]
    hand.send(page("finished", 9, lead="様", paragraphs=["文"], items=["項"], choices=choices))
    patient.wait_for("finished")
    assert patient.texts() == ["題", "様", "文", "項", "終了する"]


def test_a_failure_is_told_by_what_happened_and_what_to_do(
    hand: HandPlayedScreen, patient: PatientScreen
) -> None:
    title, advice = wording_of("card_removed", "ja")
    for turn, name, sentences, is_told in (
        (2, "card_taken", [advice], True),
        (3, "card_taken", [], False),
        (4, "out_of_service", [], True),
    ):
        hand.send(page(name, turn, title=title, paragraphs=sentences))
        patient.wait_for(name, after_turn=turn - 1)
        assert patient.tells_of("card_removed") == is_told
        assert not patient.tells_of("reader_unavailable")


def test_a_picture_is_asked_for(hand: HandPlayedScreen, patient: PatientScreen) -> None:
    hand.send(b"early")
    threading.Thread(target=lambda: (hand.next_heard(), hand.send(b"jpeg"))).start()
    picture = patient.watch_picture()
    assert picture in (b"early", b"jpeg")
    assert picture in patient.told


def test_it_notices_when_the_screen_goes_dark(
    hand: HandPlayedScreen, patient: PatientScreen
) -> None:
    hand.close()
    patient.wait_until_dark()
