"""How long a PIN must be and how long wrong guesses make the next one wait.

Changing any of it touches no PIN that was set and no guess that was counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from device.pinpad.own_pins.names import OwnPinName

_LEAST_DIGITS = MappingProxyType({OwnPinName.FACILITY: 6, OwnPinName.MAINTENANCE: 8})


@dataclass(frozen=True, slots=True)
class OwnPinPolicy:
    """The defaults are for a reader that is switched off every evening."""

    least_digits: Mapping[OwnPinName, int] = field(default_factory=lambda: _LEAST_DIGITS)
    most_digits: int = 32
    most_doublings: int = 12
    """After so many wrong guesses the wait grows no more: 2^12 - 1 s are 68 minutes, so a day has
    room for it even though the wait begins anew with every start. 8,000 guesses a year are few
    against six digits, and so are the few more that each right one in between allows."""

    def wait_s(self, failures: int) -> int:
        """Seconds after so many wrong guesses in a row: 2^n - 1."""
        return (1 << min(failures, self.most_doublings)) - 1
