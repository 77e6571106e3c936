"""A fault that nobody foresaw in one piece of work is told to staff and stops no other."""

from collections.abc import Callable

from agent.errors import StoreUnavailableError
from agent.journal import Alarm, Event, Journal


def guarded(journal: Journal, work: Callable[[], bool | None]) -> bool | None:
    """Do something.

    Returns:
        What it returns; False after a fault.

    Raises:
        StoreUnavailableError: Nothing can be kept any more, and no other work would go well.
    """
    try:
        return work()
    except StoreUnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - one bad event must not end the service
        journal.record(Event.ALARM, alarm=Alarm.INTERNAL, detail=type(error).__name__)
        return False
