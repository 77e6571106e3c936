"""The USB side of a PC: each thing that is plugged in gets a name, and rarely the one it had.

Linux names a serial device by the next free number; while a program still holds the old one, that
number is not free (facts/security.md §6.3, pyserial #36). Here no device gets its last name.
What is listed is what `serial.tools.list_ports` lists; the ports themselves are ptys.
"""

import os
import tty
from pathlib import Path

from serial.tools.list_ports_common import ListPortInfo

VENDOR_ID, PRODUCT_ID = 0x1209, 0x0001


class UsbHost:
    """Where the PC's serial devices lie, and what is known of each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plugged: dict[Path, str] = {}
        self._last_of: dict[str, Path] = {}

    def plug(self, serial_number: str) -> tuple[Path, int]:
        """A device appears: its name here, and the descriptor of its own end."""
        own_end, far_end = os.openpty()
        tty.setraw(far_end)
        name = self._free_name(serial_number)
        name.symlink_to(os.ttyname(far_end))
        os.close(far_end)
        self._plugged[name] = serial_number
        self._last_of[serial_number] = name
        return name, own_end

    def unplug(self, name: Path) -> None:
        """It is gone; whoever closes its own end hangs up the port."""
        del self._plugged[name]
        name.unlink()

    def comports(self) -> list[ListPortInfo]:
        """In place of `serial.tools.list_ports.comports`."""
        return [_listed(name, number) for name, number in sorted(self._plugged.items())]

    def _free_name(self, serial_number: str) -> Path:
        names = (self._folder / f"ttyACM{number}" for number in range(100))
        last = self._last_of.get(serial_number)
        return next(name for name in names if name not in self._plugged and name != last)


def _listed(name: Path, serial_number: str) -> ListPortInfo:
    info = ListPortInfo(str(name), skip_link_detection=True)
    info.vid, info.pid, info.serial_number = VENDOR_ID, PRODUCT_ID, serial_number
    return info
