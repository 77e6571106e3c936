"""The moment at which a PIN goes to the card; before it, it can still be kept back."""

from threading import Lock

from device.pinpad.errors import PinStaleError


class DepartingPin:
    """One PIN that waits for its turn at the card. Asked from the visit's and the card's thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_kept_back = False
        self._has_left = False

    def refuse_if_kept_back(self) -> None:
        """Spares the work for a PIN that will not leave; `leave` may refuse it yet.

        Raises:
            PinStaleError: It was kept back; it must not be sent any more.
        """
        if self._is_kept_back:
            raise PinStaleError

    def leave(self) -> None:
        """From here on nobody can say that it was not sent: call it right before it is.

        Raises:
            PinStaleError: As `refuse_if_kept_back`.
        """
        with self._lock:
            self.refuse_if_kept_back()
            self._has_left = True

    def keep_back(self) -> bool:
        """Whether it never leaves; False: it has left."""
        with self._lock:
            self._is_kept_back = not self._has_left
            return self._is_kept_back
