"""A patient's eyes and finger: sees only what is drawn, touches only what is offered.

A client of the screen's own protocol (documented in `device/screen/server.py`), written against
that text. It takes the place of the browser; a real browser is driven in `test_browser.py`.
"""

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.hw_sim.wording import wording_of

PROTOCOL = Subprotocol("uketsuke.screen.v1")


class NotShownError(AssertionError):
    """The patient waited for, or tried to touch, something that is not on the screen."""


class PatientScreen:
    """One patient in front of the screen at `url`, who does what hints ask by `on_hint`."""

    def __init__(
        self, url: str, token: str, on_hint: Callable[[str], None] = lambda hint: None
    ) -> None:
        parts = urlsplit(url)
        self._wire = ExitStack()
        self._socket: ClientConnection = self._wire.enter_context(
            connect(
                f"ws://{parts.netloc}/patient",
                origin=Origin(f"http://{parts.netloc}"),
                subprotocols=[PROTOCOL, Subprotocol(f"token.{token}")],
                compression=None,
                proxy=None,
            )
        )
        self._changed = threading.Condition()
        self._page: dict[str, Any] = {}
        self._hint = ""
        self._on_hint = on_hint
        self._entered = 0
        self._pictures: list[bytes] = []
        self.told: list[str | bytes] = []
        """Every message of the screen so far; bytes are camera pictures."""
        self._is_dark = False
        self._eyes = threading.Thread(target=self._look, name="patient-eyes", daemon=True)
        self._eyes.start()
        self._wait(lambda: bool(self._page), 5.0, "any page")

    # What the patient sees

    def shown(self) -> str:
        """The name of the page."""
        return str(self._page["name"])

    def turn(self) -> int:
        """The moment of the visit that this page belongs to."""
        return int(self._page["turn"])

    def title(self) -> str:
        return str(self._page["title"])

    def texts(self) -> list[str]:
        """Every sentence on the page, from top to bottom."""
        page = self._page
        buttons = [choice["text"] for choice in page["choices"]]
        lines = [page["title"], page["lead"], *page["paragraphs"]]
        return [*filter(None, lines), *page["items"], *page["notices"], *buttons]

    def tells_of(self, failure: str) -> bool:
        """Whether the page says what happened and, unless the machine is off, what to do now."""
        page, texts = self.shown(), set(self.texts())
        for is_phone in (False, True):
            wording = wording_of(
                failure, self.language(), is_over=page != "failed", is_phone=is_phone
            )
            # A machine that is out of service gives one advice whatever the reason.
            needed = {wording.title} if page == "out_of_service" else set(wording)
            if needed <= texts:
                return True
        return False

    def choices(self) -> list[str]:
        """The names of the buttons."""
        return [choice["name"] for choice in self._page["choices"]]

    def hint(self) -> str:
        """The name of the hint under the camera picture, or ""."""
        return self._hint

    def entered(self) -> int:
        """How many dots of the PIN are filled."""
        return self._entered

    def language(self) -> str:
        return str(self._page["language"])

    def is_dark(self) -> bool:
        """Whether the reader is gone."""
        return self._is_dark

    def wait_for(self, *names: str, timeout_s: float = 10.0, after_turn: int = -1) -> str:
        """Waits until one of the pages is shown in a turn later than `after_turn`."""

        def is_there() -> bool:
            return self.shown() in names and self.turn() > after_turn

        self._wait(is_there, timeout_s, " or ".join(names))
        return self.shown()

    def wait_for_hint(self, *names: str, timeout_s: float = 10.0) -> str:
        self._wait(lambda: self._hint in names, timeout_s, " or ".join(names))
        return self._hint

    def wait_for_entered(self, count: int, timeout_s: float = 10.0) -> None:
        self._wait(lambda: self._entered == count, timeout_s, f"{count} dots")

    def wait_until_dark(self, timeout_s: float = 10.0) -> None:
        self._wait(lambda: self._is_dark, timeout_s, "a dark screen")

    def watch_picture(self, timeout_s: float = 10.0) -> bytes:
        """The next camera picture, a JPEG."""
        before = len(self._pictures)
        self._say({"type": "preview"})
        self._wait(lambda: len(self._pictures) > before, timeout_s, "a camera picture")
        return self._pictures[-1]

    # What the patient does

    def choose(self, choice: str) -> None:
        """Touches a button."""
        if choice not in self.choices():
            raise NotShownError(f"no button {choice} on page {self.shown()}: {self.choices()}")
        self._say({"type": "choice", "turn": self.turn(), "choice": choice})

    press = choose

    def type_pin(self, digits: str) -> None:
        """Looks for each digit on the pad and touches the place where it is drawn."""
        pad: Sequence[str] = self._page["pad"]
        for digit in digits:
            if digit not in pad:
                raise NotShownError(f"no pad on page {self.shown()}")
            self.touch_pad(pad.index(digit))

    def touch_pad(self, position: int) -> None:
        """Touches one place of the pad, 0 to 11."""
        self._say({"type": "pad", "turn": self.turn(), "position": position})

    def speak(self, language: str) -> None:
        """Touches the language button."""
        self._say({"type": "language", "tag": language})
        self._wait(lambda: self.language() == language, 5.0, f"a page in {language}")

    def leave(self) -> None:
        """Goes away."""
        self._wire.close()
        self._eyes.join()

    def __enter__(self) -> "PatientScreen":
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    # Inside

    def _say(self, message: dict[str, object]) -> None:
        self._socket.send(json.dumps(message))

    def _look(self) -> None:
        try:
            for message in self._socket:
                with self._changed:
                    self._notice(message)
                    self._changed.notify_all()
        except ConnectionClosed:
            pass
        finally:
            with self._changed:
                self._is_dark = True
                self._changed.notify_all()

    def _notice(self, message: str | bytes) -> None:
        self.told.append(message)
        if isinstance(message, bytes):
            self._pictures.append(message)
            return
        fields = json.loads(message)
        match fields["type"]:
            case "page":
                self._page = fields
            case "hint":
                self._hint = fields["hint"]
                self._on_hint(self._hint)
            case "pin_length":
                self._entered = fields["entered"]

    def _wait(self, is_there: Callable[[], bool], timeout_s: float, what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(is_there, timeout_s):
                page = self._page
                shown = f"{page['name']} ({page['title']})" if page else "nothing"
                raise NotShownError(f"waited {timeout_s} s for {what}; shown: {shown}")
