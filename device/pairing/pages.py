"""What the reader's screen shows around a pairing; these pages are for staff."""

from enum import Enum, unique

from device.pairing.ceremony import Comparison
from device.screen.port import PageView
from hostlink.terms import PairingRefusal


@unique
class PairingPage(Enum):
    """The value is the name the screen and its texts use."""

    UNPAIRED = "unpaired"
    WAITING = "pairing_waiting"
    COMPARE = "pairing_compare"
    CONFIRM_THERE = "pairing_confirm_there"
    DONE = "pairing_done"
    FAILED = "pairing_failed"


@unique
class PairingChoice(Enum):
    """What can be pressed on them."""

    SAME = "pairing_same"
    DIFFERENT = "pairing_different"
    END = "end"


def unpaired() -> PageView:
    """This reader works for nobody yet."""
    return PageView(PairingPage.UNPAIRED.value, 1)


def waiting() -> PageView:
    """The reception PC may come now."""
    return PageView(PairingPage.WAITING.value, 1, choices=(PairingChoice.END.value,))


def compare(comparison: Comparison) -> PageView:
    """Do both ends show these digits?"""
    code = f"{comparison.code[:3]} {comparison.code[3:]}"
    return PageView(
        PairingPage.COMPARE.value,
        2,
        {"pairing_code": code, "agent_name": comparison.agent_name},
        (PairingChoice.SAME.value, PairingChoice.DIFFERENT.value),
    )


def confirm_there(comparison: Comparison) -> PageView:
    """The person said yes here; now they say it at the reception PC."""
    values = compare(comparison).values
    return PageView(PairingPage.CONFIRM_THERE.value, 3, values, (PairingChoice.END.value,))


def done() -> PageView:
    """Paired."""
    return PageView(PairingPage.DONE.value, 4)


def failed(refusal: PairingRefusal) -> PageView:
    """Not paired, and why."""
    return PageView(PairingPage.FAILED.value, 4, {"pairing_refusal": refusal.name.lower()})
