"""What can go wrong between a key press and the card. No error here ever carries a digit."""

from device.errors import DeviceError


class PinpadError(DeviceError):
    """Root of all errors of the PIN pad."""


class PinIncompleteError(PinpadError):
    """The patient confirmed before all digits were entered."""


class PinStaleError(PinpadError):
    """The digits were typed too long ago, or for a visit that is over; they are not used."""


class PinWipedError(PinpadError):
    """This PIN was used or given up already."""


class AttemptLogError(PinpadError):
    """A log of attempts did not reach the disk for certain: no PIN is sent or compared."""

    def __init__(self) -> None:
        super().__init__(
            "what must be written down before a PIN is used did not reach the disk; see that it is"
            " not full or read-only, and start the reader again"
        )


class AttemptUnsettledError(PinpadError):
    """An earlier attempt on this card has no known outcome: ask the card for its tries first."""


class PinTriesUnclearError(PinpadError):
    """The card told two numbers of tries, one after the other: no PIN is sent to it."""


class OwnPinUnsuitableError(PinpadError):
    """A PIN of the reader is too short or too long, or not digits alone; nothing was changed."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__(f"it must have {least} to {most} digits and nothing else")


class AttemptSettledError(PinpadError):
    """The outcome of this attempt was recorded already."""
