"""What can go wrong with the screen."""

from device.errors import DeviceError


class ScreenError(DeviceError):
    """Root of all errors of the screen."""


class UnknownTextError(ScreenError):
    """A page, choice, hint, notice or failure was asked for that no language file describes."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
        """The text key that is missing, such as `page.idle.title`."""
