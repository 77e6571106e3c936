"""Why a pairing, a renewal or an unpairing came to nothing: a word, and a sentence for a person."""

from enum import StrEnum, unique

from agent.errors import PairingError
from hostlink.terms import PairingRefusal


@unique
class Failure(StrEnum):
    """For journal, API and console; the first eight are those of `PairingRefusal`."""

    DIGITS_DIFFER = "digits_differ"
    DECLINED = "declined"
    """It was called off at the reader."""
    TIMED_OUT = "timed_out"
    NOT_GENUINE = "not_genuine"
    TOO_MANY = "too_many"
    OTHER_AUDIENCE = "other_audience"
    NOT_STORED = "not_stored"
    INTERRUPTED = "interrupted"
    CALLED_OFF = "called_off"
    """It was called off at this PC."""
    NO_READER = "no_reader"
    """None answered in time."""
    SILENT = "silent"
    """The reader was there and said nothing more."""
    LINK_LOST = "link_lost"
    OTHER_READER = "other_reader"
    """It is another reader than the one of this counter, which was not to be replaced."""
    NOT_KEPT = "not_kept"
    """This PC's disk refused."""
    NOT_USABLE = "not_usable"
    """A file that the configuration names cannot be used."""
    INTERNAL = "internal"
    """A fault of the agent itself."""


WHY = {
    PairingRefusal.DIGITS_DIFFER: "the digits differed. Look for an unknown device on the cable.",
    PairingRefusal.DECLINED: "it was called off at the reader.",
    PairingRefusal.TIMED_OUT: "the time is up. Press the reader's button again.",
    PairingRefusal.NOT_GENUINE: (
        "the other end gave a wrong answer. Look for an unknown device on the cable."
    ),
    PairingRefusal.TOO_MANY: "the reader has four reception PCs already. Unpair one of them.",
    PairingRefusal.OTHER_AUDIENCE: (
        "the reader is paired for another `audience`. Unpair it there first."
    ),
    PairingRefusal.NOT_STORED: "the reader could not save it. Check its storage.",
    PairingRefusal.INTERRUPTED: "the cable was pulled. Press the reader's button again.",
}


class PairingFailedError(PairingError):
    """As `PairingError`, with the word for it."""

    def __init__(self, why: Failure, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


def refused(reason: PairingRefusal) -> PairingFailedError:
    """One of the two ends ended the pairing."""
    return PairingFailedError(Failure(reason.name.lower()), f"not paired: {WHY[reason]}")
