"""Whose turn it is where cards may lie on several readers at once."""

from collections.abc import Sequence
from typing import Generic, TypeVar

Card = TypeVar("Card")


class CardTurns(Generic[Card]):
    """Chooses the card to serve: the one so far, until its turn is over and another waits.

    A card that had its turn and stays does not count any more: it may belong to the staff, or to
    the machine (an access module). A card that lies there already when the watching begins has its
    turn like any other: its holder may wait for a reader that has just been started.
    """

    def __init__(self) -> None:
        self.served: Card | None = None
        """The card to serve now, if one lies there."""
        self.has_several = False
        """More than one card waits: nobody knows whose turn it is."""
        self._had_their_turn: frozenset[Card | None] = frozenset()
        """Replaced, never changed: a session's thread adds what the watching thread reads."""

    def end(self, card: Card | None) -> None:
        """This card was used to the end of its session, or could not be; None: none was seen."""
        self._had_their_turn |= {card}

    def forget_served(self) -> None:
        """Nobody knows whether the card that is served still lies there."""
        self.served = None

    def see(self, laid: Sequence[Card]) -> None:
        """These cards lie there now; a value differs for every laying of a card."""
        self._had_their_turn &= frozenset(laid)
        waiting = [card for card in laid if card not in self._had_their_turn]
        if self.served not in laid:
            self.served = None
        if waiting and self.served not in waiting:
            self.served = waiting[0]
        self.has_several = len(waiting) > 1
