"""The button inside the reader that begins a pairing, as the reader sees it."""

from collections.abc import Callable
from typing import Protocol


class PairingButton(Protocol):
    """A button that only somebody who holds the reader in hands can press."""

    def watch(self, pressed: Callable[[], None]) -> None:
        """Start listening; `pressed` is called from the button's own thread, once a press."""
        ...

    def close(self) -> None:
        """Stop listening; harmless when repeated."""
        ...
