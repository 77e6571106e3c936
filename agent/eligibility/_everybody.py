"""What a source says of a card when it knows nobody by a card: the same of everybody.

The patient has no name here and no insurance, so only relays that need neither can be used.
"""

from agent.eligibility.port import EligibilityAnswer, EligibilityQuery
from agent.tables import Table
from hostlink.terms import ConsentItem, FailureCode


class EverybodySettings(Table, frozen=True, kw_only=True):
    """What `[eligibility]` holds for every such source."""

    asks_consents: bool = True
    """Ask every patient for all medical information; whose 健診 there is nobody knows."""


class SameForEverybody:
    """Answers at once and alike."""

    knows_people = False

    def __init__(self, settings: EverybodySettings) -> None:
        consents = tuple(ConsentItem) if settings.asks_consents else ()
        self._answer = EligibilityAnswer(record=None, is_registered=True, consents=consents)

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        """See `EligibilitySource.ask`; the question goes nowhere."""
        del query
        return self._answer

    def close(self) -> None:
        """No connection."""
