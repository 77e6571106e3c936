import queue
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.adapters import create_adapter
from device.errors import ConfigurationError
from device.pinpad import keypads
from device.pinpad.keypads.serial import SerialKeypad, Settings, create
from device.pinpad.port import Key
from tests.hw_sim.keypad import SimulatedKeypad


class Ear:
    """Hears keys."""

    def __init__(self) -> None:
        self._keys: queue.Queue[Key] = queue.Queue()

    def key_pressed(self, key: Key) -> None:
        self._keys.put(key)

    def heard(self, count: int) -> list[Key]:
        return [self._keys.get(timeout=5) for _ in range(count)]

    def is_quiet(self) -> bool:
        return self._keys.empty()


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[SimulatedKeypad]:
    pad = SimulatedKeypad(tmp_path / "keypad")
    yield pad
    pad.close()


@pytest.fixture
def ear(pad: SimulatedKeypad) -> Iterator[Ear]:
    ear, keypad = Ear(), SerialKeypad(str(pad.port), reopen_wait_s=0.01)
    keypad.watch(ear)
    pad.wait_until_opened()
    yield ear
    keypad.close()


def test_every_key_is_heard_in_order(pad: SimulatedKeypad, ear: Ear) -> None:
    pad.press(*"0123456789", "erase", "confirm", "cancel")
    assert ear.heard(13) == list(Key)


def test_noise_is_ignored(pad: SimulatedKeypad, ear: Ear) -> None:
    pad.send(b"\x00\xffA\n 7")
    assert ear.heard(1) == [Key.DIGIT_7]
    assert ear.is_quiet()


def test_the_pad_may_be_unplugged_and_come_back(pad: SimulatedKeypad, ear: Ear) -> None:
    pad.press("1")
    assert ear.heard(1) == [Key.DIGIT_1]
    pad.unplug()
    pad.plug_in()
    pad.wait_until_opened()
    pad.press("2")
    assert ear.heard(1) == [Key.DIGIT_2]


def test_the_pad_may_be_missing_at_the_start(tmp_path: Path) -> None:
    ear, keypad = Ear(), SerialKeypad(str(tmp_path / "keypad"), reopen_wait_s=0.01)
    keypad.watch(ear)
    pad = SimulatedKeypad(tmp_path / "keypad")
    pad.wait_until_opened()
    pad.press("confirm")
    assert ear.heard(1) == [Key.CONFIRM]
    keypad.close()
    pad.close()


def test_closing_is_quick_and_harmless_when_repeated(pad: SimulatedKeypad) -> None:
    keypad = create(Settings(port=str(pad.port), baud_rate=19200))
    keypad.watch(Ear())
    start_s = time.monotonic()
    keypad.close()
    keypad.close()
    assert time.monotonic() - start_s < 2


@pytest.mark.parametrize(
    "settings", [{}, {"port": 3}, {"port": "/dev/x", "baud_rate": "fast"}, {"prot": "/dev/x"}]
)
def test_wrong_settings_are_told(settings: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="settings of serial"):
        create_adapter(keypads, "serial", settings, tmp_path)
