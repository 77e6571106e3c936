"""Nobody is asked: the reader proves who is here and takes the consents, and that is all.

For places without an eligibility service.
"""

from agent.eligibility._everybody import EverybodySettings, SameForEverybody
from agent.eligibility.port import EligibilitySource


class Settings(EverybodySettings, frozen=True, kw_only=True):
    """What `[eligibility]` holds for `source = "none"`."""


def create(settings: Settings) -> EligibilitySource:
    """Make the source that knows nobody."""
    return SameForEverybody(settings)
