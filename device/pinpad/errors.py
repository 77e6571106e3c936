"""What can go wrong between a key press and the card. No error here ever carries a digit."""

from device.errors import DeviceError


class PinpadError(DeviceError):
    """Root of all errors of the PIN pad."""


class PinIncompleteError(PinpadError):
    """The patient confirmed before all digits were entered."""


class PinStaleError(PinpadError):
    """The digits lay in memory too long and were wiped; they must be entered again."""


class PinWipedError(PinpadError):
    """This PIN was used or given up already."""


class AttemptLogError(PinpadError):
    """The attempt log did not reach the disk for certain: no PIN may be sent to a card."""


class AttemptUnsettledError(PinpadError):
    """An earlier attempt on this card has no known outcome: ask the card for its tries first."""


class AttemptSettledError(PinpadError):
    """The outcome of this attempt was recorded already."""
