"""What was not settled when the agent ended is open again when it starts: out of the journal.

An agent that a fault ended has said why in its last line, and whoever starts it again is to see it.

Lines of other kinds are passed over, and so is what cannot be read: the board is for staff, and
`python -m agent verify` looks for what was altered.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import msgspec

from agent.board import Board
from agent.chained_log import days_of
from agent.journal import Alarm, Event

OLDER_DAYS = 3
"""Looked at beside the day that goes on: a weekend."""


class _AlarmLine(msgspec.Struct, frozen=True):
    """What of a line matters here."""

    event: Event
    unix_ms: int
    alarm: Alarm | None = None
    detail: str | None = None
    counter: str | None = None
    visit: str | None = None
    seq: int | None = None


def recall_alarms(board: Board, journal: Path) -> list[bytes]:
    """Tell the board of the alarms of the last days, and of those that were settled.

    Args:
        board: Of the agent that begins.
        journal: File of the day that goes on.

    Returns:
        Visits whose 照会番号 was being registered when the agent was killed, each as often as one
        was: nobody was told.
    """
    registering = Counter[bytes]()
    older = [day.path for day in days_of(journal)[-OLDER_DAYS:]]
    for line in chain.from_iterable(map(_lines, [*older, journal])):
        if line.alarm is Alarm.RELAY_UNAVAILABLE:
            continue  # the delivery tells of it anew, or that it is over
        visit = bytes.fromhex(line.visit) if line.visit else None
        if visit is not None and (begun := _registrations_begun(line)):
            registering[visit] = max(0, registering[visit] + begun)
        board.see_alarm(
            line.event, line.unix_ms, line.alarm, line.detail, line.counter or "", visit, line.seq
        )
    return sorted(registering.elements())


def _registrations_begun(line: _AlarmLine) -> int:
    """1: one began; -1: one came to an end."""
    has_failed = line.event is Event.ALARM and line.alarm is Alarm.NUMBER_NOT_REGISTERED
    if has_failed or line.event is Event.NUMBER_REGISTERED:
        return -1
    return int(line.event is Event.NUMBER_REGISTERING)


def _lines(path: Path) -> Iterator[_AlarmLine]:
    # Line by line: a busy day is long.
    with suppress(OSError), path.open("rb") as file:
        for data in file:
            with suppress(msgspec.DecodeError, RecursionError):
                yield msgspec.json.decode(data, type=_AlarmLine)
