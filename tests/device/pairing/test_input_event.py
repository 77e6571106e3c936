"""A button as the kernel reports it, through a pipe in place of the input device."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from device.pairing.buttons import input_event
from device.pairing.buttons.input_event import InputEventButton, Settings, create
from tests.hw_sim.pairing_button import PairingButton

PATIENCE_S = 5.0
KEY_ENTER = 28


class Presses:
    """Counts them."""

    def __init__(self, button: InputEventButton) -> None:
        self._queue: Queue[int] = Queue()
        button.watch(lambda: self._queue.put(1))

    def one(self) -> None:
        self._queue.get(timeout=PATIENCE_S)

    def none(self) -> None:
        with pytest.raises(Empty):
            self._queue.get(timeout=0.1)


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[PairingButton]:
    with PairingButton(tmp_path / "event0") as made:
        yield made


@pytest.fixture
def button(pipe: PairingButton) -> Iterator[InputEventButton]:
    made = create(Settings(pipe.path))
    assert isinstance(made, InputEventButton)
    yield made
    made.close()


def test_each_press_counts_once(pipe: PairingButton, button: InputEventButton) -> None:
    presses = Presses(button)
    for _ in range(3):
        pipe.press()
        presses.one()
    presses.none()


def test_another_key_is_none(pipe: PairingButton, button: InputEventButton) -> None:
    presses = Presses(button)
    pipe.press(KEY_ENTER)
    presses.none()
    pipe.press()
    presses.one()


def test_a_device_that_comes_late_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(input_event, "_LOOK_AGAIN_S", 0.01)
    button = InputEventButton(tmp_path / "late")
    presses = Presses(button)
    presses.none()
    assert caplog.text.count("cannot be had") == 1
    with PairingButton(tmp_path / "late") as pipe:
        pipe.press()
        presses.one()
    button.close()


def test_a_device_that_is_taken_away_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_event, "_LOOK_AGAIN_S", 0.01)
    path = tmp_path / "event0"
    button = InputEventButton(path)
    with PairingButton(path) as pipe:
        presses = Presses(button)
        pipe.press()
        presses.one()
    path.unlink()
    with PairingButton(path) as pipe:
        pipe.press()
        presses.one()
    button.close()


def test_half_a_record_is_no_press(pipe: PairingButton, button: InputEventButton) -> None:
    presses = Presses(button)
    descriptor = os.open(pipe.path, os.O_WRONLY)
    os.write(descriptor, b"\0" * (input_event.KEY_EVENT.size - 1))
    os.close(descriptor)
    presses.none()


def test_closing_ends_the_thread_and_is_harmless_when_repeated(button: InputEventButton) -> None:
    before = threading.active_count()
    button.watch(lambda: None)
    button.close()
    button.close()
    assert threading.active_count() == before
