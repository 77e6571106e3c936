"""In service or being paired, one after the other; a patient is never interrupted for it."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from device import running
from device.config import Config
from device.running import End, RunningReader


class World:
    """All parts of a running reader, told what to do and remembering what was done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, audience: str | None = "clinic") -> None:
        self.done: list[str] = []
        self.audience = audience
        self.is_running = self.is_idle = True
        self.pairings = self
        self.is_window_broken = self.hangs = False
        self.stopping = threading.Event()
        self.press: Callable[[], None] = lambda: None
        self.when: dict[str, Callable[[], None]] = {}
        """What happens as soon as something was done."""
        made: dict[str, Callable[..., Any]] = {
            "make_standing": lambda *_: self,
            "make_button": lambda *_: _Button(self),
            "assemble": lambda *_: _Reader(self),
            "make_window": lambda *_: self._window(),
            "show_unpaired": lambda _: _Screen(self),
        }
        for name, make in made.items():
            monkeypatch.setattr(running, name, make)
        monkeypatch.setattr(running, "_LOOK_EVERY_S", 0.001)

    def note(self, what: str) -> None:
        self.done.append(what)
        self.when.pop(what, lambda: None)()

    def _window(self) -> "_Window":
        if self.is_window_broken:
            raise OSError(28, "No space left on device")
        return _Window(self)

    def run(self) -> End:
        return RunningReader(cast(Config, None), Path(), self.stopping).run()


class _Button:
    def __init__(self, world: World) -> None:
        self._world = world

    def watch(self, pressed: Callable[[], None]) -> None:
        self._world.press = pressed

    def close(self) -> None:
        self._world.note("button closed")


class _Reader:
    def __init__(self, world: World) -> None:
        self._world = world

    def start(self) -> None:
        self._world.note("serving")

    def stop(self) -> bool:
        self._world.note("stopped")
        return not self._world.hangs

    @property
    def is_running(self) -> bool:
        return self._world.is_running

    @property
    def is_idle(self) -> bool:
        return self._world.is_idle


class _Window:
    def __init__(self, world: World) -> None:
        self._world = world

    def run(self, _: threading.Event, attempt_over: Callable[[], None]) -> None:
        self._world.note("window")
        attempt_over()
        self._world.note("last page")


class _Screen:
    def __init__(self, world: World) -> None:
        world.note("unpaired page")
        self._world = world

    def close(self) -> None:
        self._world.note("page closed")


def test_told_to_stop_it_stops_cleanly(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.when["serving"] = world.stopping.set
    assert world.run() is End.STOPPED
    assert world.done == ["serving", "stopped", "button closed"]


def test_without_its_threads_it_ends_to_be_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.is_running = False
    assert world.run() is End.BROKEN
    assert world.done == ["serving", "stopped", "button closed"]


def test_a_press_opens_one_window_and_service_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.when["serving"] = lambda: world.press()

    def window() -> None:
        world.press()  # once more, by somebody impatient
        world.when["serving"] = world.stopping.set

    world.when["window"] = window
    assert world.run() is End.STOPPED
    assert world.done == [
        *("serving", "stopped", "window", "last page"),
        *("serving", "stopped", "button closed"),
    ]


def test_a_press_at_the_last_page_opens_another_window(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.when["serving"] = lambda: world.press()

    def last_page() -> None:
        world.press()
        world.when["last page"] = world.stopping.set

    world.when["last page"] = last_page
    assert world.run() is End.STOPPED
    assert world.done.count("window") == 2
    assert world.done.count("serving") == 1


def test_a_window_that_cannot_be_opened_ends_no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.is_window_broken = True

    def press() -> None:
        world.press()
        world.when["serving"] = world.stopping.set

    world.when["serving"] = press
    assert world.run() is End.STOPPED
    assert world.done == ["serving", "stopped", "serving", "stopped", "button closed"]


def test_a_patient_comes_before_a_press(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.is_idle = False

    def press() -> None:
        world.press()
        threading.Timer(0.05, world.stopping.set).start()

    world.when["serving"] = press
    assert world.run() is End.STOPPED
    assert "window" not in world.done


def test_an_unpaired_reader_waits_for_a_press(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, audience=None)

    def paired() -> None:
        world.audience = "clinic"
        world.when["serving"] = world.stopping.set

    world.when["unpaired page"] = lambda: world.press()
    world.when["window"] = paired
    assert world.run() is End.STOPPED
    assert world.done[:5] == ["unpaired page", "page closed", "window", "last page", "serving"]


def test_beside_work_that_hangs_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.hangs = True
    world.when["serving"] = lambda: world.press()
    assert world.run() is End.BROKEN
    assert world.done == ["serving", "stopped", "button closed"]


def test_the_last_pairing_gone_ends_service(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)

    def unpair() -> None:
        world.audience = None

    world.when["serving"] = unpair
    world.when["unpaired page"] = world.stopping.set
    assert world.run() is End.STOPPED
    assert world.done[:3] == ["serving", "stopped", "unpaired page"]
