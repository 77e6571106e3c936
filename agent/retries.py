"""When what failed is tried again: soon at first, then less and less often."""

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 30.0


class Retries:
    """The pauses of one thread that tries again and again."""

    def __init__(self) -> None:
        self._next_s = FIRST_RETRY_S

    def pause_s(self) -> float:
        """How long to wait after one more failure, in seconds."""
        pause_s, self._next_s = self._next_s, min(self._next_s * 2, LONGEST_RETRY_S)
        return pause_s

    def went_well(self) -> None:
        """The next failure is a first one again."""
        self._next_s = FIRST_RETRY_S
