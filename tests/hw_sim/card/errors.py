"""What can go wrong inside the simulated card."""


class CardSimulationError(Exception):
    """Root of the simulated card's errors."""


class RefusedError(CardSimulationError):
    """The card answers with a status word other than 9000 and no data."""

    def __init__(self, status_word: int) -> None:
        super().__init__(f"status word {status_word:04X}")
        self.status_word = status_word


class CardPulledError(CardSimulationError):
    """The card has no power any more, so no answer will ever come."""


class SlotOccupiedError(CardSimulationError):
    """A card already lies on the reader; take it away first."""


class PhotoTooLargeError(CardSimulationError):
    """The photo does not fit a file that READ BINARY can reach (15-bit offsets)."""
