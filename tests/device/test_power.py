from pathlib import Path

import pytest

from device.power import is_power_failing


def sensor(folder: Path, name: str, **attributes: str) -> None:
    folder.mkdir(parents=True)
    (folder / "name").write_text(name + "\n")
    for attribute, value in attributes.items():
        (folder / attribute).write_text(value + "\n")


@pytest.mark.parametrize(("alarm", "is_failing"), [("0", False), ("1", True), ("?", False)])
def test_the_boards_own_sensor_counts(tmp_path: Path, alarm: str, is_failing: bool) -> None:
    sensor(tmp_path / "hwmon0", "cpu_thermal", temp1_input="48000")
    sensor(tmp_path / "hwmon1", "rpi_volt", in0_lcrit_alarm=alarm)
    assert is_power_failing(tmp_path) is is_failing


def test_another_sensors_alarm_does_not(tmp_path: Path) -> None:
    sensor(tmp_path / "hwmon0", "nvme", in0_lcrit_alarm="1")
    assert not is_power_failing(tmp_path)


def test_a_machine_without_such_a_sensor_has_power(tmp_path: Path) -> None:
    sensor(tmp_path / "hwmon0", "rpi_volt")
    (tmp_path / "hwmon1").mkdir()
    assert not is_power_failing(tmp_path)
    assert not is_power_failing(tmp_path / "missing")
