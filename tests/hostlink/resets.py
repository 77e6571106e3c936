"""How often sessions ended at one end, by reason."""

from hostlink.messages import LinkCounters
from hostlink.reset import ResetReason


def resets_of(counters: LinkCounters) -> dict[ResetReason, int]:
    """Only reasons that happened."""
    return {ResetReason(each.reason): each.times for each in counters.resets}
