from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from device.screen.server import PROTOCOL, ScreenSettings, WebScreen
from tests.hw_sim.patient_screen import PatientScreen


@dataclass
class Touches:
    """Hears the touches."""

    heard: list[tuple[str, int, str | int]] = field(default_factory=list)

    def chosen(self, turn: int, choice: str) -> None:
        self.heard.append(("choice", turn, choice))

    def pad_pressed(self, turn: int, position: int) -> None:
        self.heard.append(("pad", turn, position))


def open_browser(screen: WebScreen, token: str) -> ClientConnection:
    """The wire of a browser that does only what the test makes it do. A context manager."""
    return offer(screen, PROTOCOL, f"token.{token}")


def offer(screen: WebScreen, *subprotocols: str) -> ClientConnection:
    """As `open_browser`, with any subprotocols."""
    return connect(
        screen.url.replace("http", "ws") + "patient",
        origin=Origin(screen.url.strip("/")),
        subprotocols=[Subprotocol(each) for each in subprotocols],
        max_queue=1,
        max_size=None,
        close_timeout=0.1,
        proxy=None,
    )


@pytest.fixture
def touches() -> Touches:
    return Touches()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return tmp_path / "screen.token"


@pytest.fixture
def screen(touches: Touches, token_file: Path) -> Iterator[WebScreen]:
    screen = WebScreen(ScreenSettings(token_file), touches)
    yield screen
    screen.close()


@pytest.fixture
def come(screen: WebScreen, token_file: Path) -> Iterator[Callable[[], PatientScreen]]:
    """Lets one more patient stand before the screen."""
    patients: list[PatientScreen] = []

    def come() -> PatientScreen:
        patients.append(PatientScreen(screen.url, token_file.read_text()))
        return patients[-1]

    yield come
    for patient in patients:
        patient.leave()


@pytest.fixture
def patient(come: Callable[[], PatientScreen]) -> PatientScreen:
    return come()
