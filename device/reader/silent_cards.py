"""Cards that stay on the slot but were lost while they were used."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

MOST_LOSSES = 4
"""A patient may lift the card for a moment, unseen by the slot, and lay it down while the
service is still busy with the loss."""

Card = TypeVar("Card", bound=Hashable)


class SilentCards:
    """Remembers how often each laid card was lost, until it is really taken.

    At the edge of the field a card is there and answers nothing. Announcing it after every loss
    would begin one visit after the other with nobody there.
    """

    def __init__(self) -> None:
        self._losses: dict[Hashable, int] = {}

    def lost(self, card: Hashable) -> None:
        """A command to this card got no answer."""
        self._losses[card] = self._losses.get(card, 0) + 1

    def served_of(self, laid: Sequence[Card]) -> list[Card]:
        """The cards worth trying, in the same order; what lies there no more is forgotten.

        Args:
            laid: all cards that lie there now; a value differs for every laying of a card.
        """
        self._losses = {card: times for card, times in self._losses.items() if card in laid}
        return [card for card in laid if self._losses.get(card, 0) < MOST_LOSSES]
