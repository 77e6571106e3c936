"""What receivers refused for good: shown to staff, sent again or given up as they say.

It works beside a running agent, which finds what is to be sent again within a minute, and which
must not be kept from writing meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from time import sleep

from agent.clock import SystemClock
from agent.config import Config
from agent.delivery import Delivery, DeliveryTerms
from agent.errors import ConfigError
from agent.journal import FileJournal
from agent.parcels import Parked
from agent.store import Store

MOST_TOGETHER = 100
"""Changed in one go."""
PAUSE_S = 0.1
"""Between two: as long as a waiting connection sleeps at most before it looks again."""
Tell = Callable[[str], None]


def show(config: Config, relay: str | None, tell: Tell) -> None:
    """One line for each result, without anybody's name; of one relay or of all."""
    with _delivery(config, relay) as delivery:
        found = _of(delivery.parked(), relay)
    for each in found:
        reader = each.parcel.ueid.hex()
        tell(f"{each.relay}: result {each.seq} of reader {reader}: {each.why}")
    if not found:
        tell("no result is parked")


def send_again(config: Config, relay: str | None, tell: Tell) -> None:
    """Let them be sent again."""
    with _delivery(config, relay) as delivery:
        number = _in_turns(delivery.replay, _of(delivery.parked(), relay))
    tell(f"{number} to be sent again")


def give_up(config: Config, relay: str | None, tell: Tell) -> None:
    """Never send them."""
    with _delivery(config, relay) as delivery:
        number = _in_turns(delivery.give_up, _of(delivery.parked(), relay))
    tell(f"{number} given up")


def _of(parked: Sequence[Parked], relay: str | None) -> list[Parked]:
    return [each for each in parked if relay in (None, each.relay)]


def _in_turns(change: Callable[[Sequence[Parked]], int], parked: Sequence[Parked]) -> int:
    """Change all of them, some at a time; how many there were."""
    number = 0
    for start in range(0, len(parked), MOST_TOGETHER):
        if start:
            sleep(PAUSE_S)
        number += change(parked[start : start + MOST_TOGETHER])
    return number


@contextmanager
def _delivery(config: Config, relay: str | None) -> Iterator[Delivery]:
    """The running agent's store, without its relays.

    Raises:
        ConfigError: No relay is called so, or the agent has never run here.
    """
    labels = [each.label for each in config.relays]
    if relay is not None and relay not in labels:
        raise ConfigError(f"--relay: name one of {', '.join(labels) or 'the [[relays]]'}.")
    if not config.store.path.exists():
        raise ConfigError(f"{config.store.path}: there is no store; the agent has not run here.")
    clock = SystemClock()
    terms = DeliveryTerms(config.medical_institution_code, ())
    with (
        closing(FileJournal(config.journal, clock)) as journal,
        closing(Store(config.store.path)) as store,
    ):
        yield Delivery(store, {}, terms, journal, clock)
