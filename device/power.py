"""Whether the board's supply holds: a reader whose power is failing sends no PIN.

The kernel of a Raspberry Pi tells it as a hardware sensor, which other boards do not have.

Source: facts/security.md §3.4; Linux, Documentation/hwmon/raspberrypi-hwmon.rst.
"""

from pathlib import Path

from device.errors import DeviceError

_SENSORS = Path("/sys/class/hwmon")
_NAME = "rpi_volt"
_ALARM = "in0_lcrit_alarm"


class PowerFailingError(DeviceError):
    """The supply is too weak: a PIN that is sent now may be cut off before its answer."""

    def __init__(self) -> None:
        super().__init__("the board reports under-voltage; give the reader a stronger supply")


def is_power_failing(sensors: Path = _SENSORS) -> bool:
    """Whether the board has reported under-voltage just now; False where nothing can tell."""
    return any(
        _says(sensor, "name", _NAME) and _says(sensor, _ALARM, "1") for sensor in sensors.glob("*")
    )


def _says(sensor: Path, attribute: str, text: str) -> bool:
    try:
        return (sensor / attribute).read_text(encoding="ascii").strip() == text
    except (OSError, ValueError):
        return False
