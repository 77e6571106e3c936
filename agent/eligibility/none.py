"""Nobody is asked: the reader proves who is here and takes the consents, and that is all.

For places without an eligibility service. The patient has no name here and no insurance, so only
relays that need neither can be used with it.
"""

from agent.eligibility.port import EligibilityAnswer, EligibilityQuery, EligibilitySource
from agent.tables import Table
from hostlink.terms import ConsentItem, FailureCode


class Settings(Table, frozen=True):
    """What `[eligibility]` holds for `source = "none"`."""

    asks_consents: bool = True
    """Ask every patient for all medical information; whose 健診 there is nobody knows."""


def create(settings: Settings) -> EligibilitySource:
    """Make the source that knows nobody."""
    return NoSource(tuple(ConsentItem) if settings.asks_consents else ())


class NoSource:
    """Answers at once and alike for everybody."""

    def __init__(self, consents: tuple[ConsentItem, ...]) -> None:
        self._answer = EligibilityAnswer(record=None, is_registered=True, consents=consents)

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        """See `EligibilitySource.ask`; the question goes nowhere."""
        del query
        return self._answer

    def close(self) -> None:
        """No connection."""
