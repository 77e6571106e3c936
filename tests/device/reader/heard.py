"""A slot listener that remembers, and a way to wait for what it should hear."""

from threading import Condition


class Heard:
    """What a slot told, oldest first."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self._changed = Condition()

    def card_placed(self) -> None:
        self._note("card_placed")

    def card_removed(self) -> None:
        self._note("card_removed")

    def slot_lost(self) -> None:
        self._note("slot_lost")

    def slot_ready(self) -> None:
        self._note("slot_ready")

    def wait_for(self, *events: str, timeout_s: float = 10.0) -> bool:
        """Whether exactly these were heard since the last call; waits for as many."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.events) >= len(events), timeout_s)
            heard, self.events = tuple(self.events), []
        return heard == events

    def wait_until(self, event: str, timeout_s: float = 10.0) -> bool:
        """Whether this was heard since the last call, whatever was heard before it."""
        with self._changed:
            is_heard = self._changed.wait_for(lambda: event in self.events, timeout_s)
            self.events = []
        return is_heard

    def _note(self, event: str) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()
