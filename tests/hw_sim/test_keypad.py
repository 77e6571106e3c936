import os
from pathlib import Path

import pytest
import serial

from tests.hw_sim.keypad import SimulatedKeypad


def test_keys_come_out_of_the_plug(tmp_path: Path) -> None:
    pad = SimulatedKeypad(tmp_path / "keypad")
    with serial.Serial(str(pad.port), timeout=1) as line:
        pad.press("4", "erase", "confirm", "cancel")
        assert line.read(4) == b"4\x08\r\x1b"
    pad.close()


def test_unplugging_takes_the_port_away_from_whoever_holds_it(tmp_path: Path) -> None:
    pad = SimulatedKeypad(tmp_path / "keypad")
    with serial.Serial(str(pad.port), timeout=1) as line:
        pad.unplug()
        assert not pad.port.exists()
        with pytest.raises(serial.SerialException):
            line.read(1)
    pad.plug_in()
    assert pad.port.exists()
    pad.close()
    assert not os.path.lexists(pad.port)


def test_it_knows_when_nobody_listens(tmp_path: Path) -> None:
    pad = SimulatedKeypad(tmp_path / "keypad")
    with pytest.raises(TimeoutError):
        pad.wait_until_opened(timeout_s=0.05)
    pad.close()
