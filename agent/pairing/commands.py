"""Pair, renew, unpair as commands: what is told and asked at the PC's terminal.

The agent must not run meanwhile: the cable has one user. A running agent with a local API does the
same through its console.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from agent.config import Config
from agent.errors import ConfigError
from agent.pairing import steps
from agent.pairing.conversation import Answered, Events
from agent.pairing.place import Place
from agent.pairings import Pairing, Pairings


def show(config: Config, tell: Callable[[str], None]) -> None:
    """One line for each counter: where its reader is plugged in, and which one it is.

    Raises:
        ConfigError: The pairings cannot be read.
    """
    pairings = Pairings(config.pairings)
    for counter, place in config.places.items():
        try:
            who = f"reader {pairings.at(counter).ueid.hex()}"
        except ConfigError as error:
            who = str(error)
        where = place.port or f"USB serial number {place.usb_serial}"
        tell(f"{counter or 'the only counter'}: {where}: {who}")


@dataclass(frozen=True, slots=True)
class Operator:
    """The person before this PC."""

    tell: Callable[[str], None]
    """Takes one sentence."""
    ask: Callable[[str], bool]
    """Takes one question, gives yes or no; waits for the person."""


def pair(place: Place, name: str, operator: Operator) -> None:
    """As `steps.pair`."""
    steps.check_name(name)
    operator.tell("Press the button inside the reader. Waiting for it, up to ten minutes ...")
    events: Events = SimpleQueue()
    made = steps.pair(place, name, _AtTheTerminal(operator, events), events)
    operator.tell(f"Paired with the reader {made.ueid.hex()}. Start the agent now.")


def renew(place: Place, operator: Operator) -> None:
    """As `steps.renew`."""
    steps.renew(place)
    operator.tell("Both ends have new keys.")


def unpair(place: Place, operator: Operator, *, is_reader_gone: bool) -> None:
    """As `steps.unpair`."""
    ended = steps.unpair(place, is_reader_gone=is_reader_gone)
    where = "here; the reader must forget it, too" if is_reader_gone else "at both ends"
    operator.tell(f"Unpaired from the reader {ended.ueid.hex()} {where}.")


class _AtTheTerminal:
    """A person who is asked only once somebody has said yes at the reader."""

    def __init__(self, operator: Operator, events: Events) -> None:
        self._operator = operator
        self._events = events

    def may_replace(self, others: Sequence[Pairing], ueid: bytes) -> bool:
        """As `Person.may_replace`."""
        names = ", ".join(pairing.ueid.hex() for pairing in others)
        return self._operator.ask(
            f"This PC serves the reader {names}. Serve {ueid.hex()} in its place?"
        )

    def compare(self, ueid: bytes, code: str) -> None:
        """As `Person.compare`."""
        self._operator.tell(f"Reader {ueid.hex()}\nCompare with its display:   {_spaced(code)}")

    def is_asked(self, code: str) -> None:
        """As `Person.is_asked`."""
        is_same = self._operator.ask(f"Did the reader show {_spaced(code)}?")
        self._events.put(Answered(is_same))


def _spaced(code: str) -> str:
    return f"{code[:3]} {code[3:]}"
