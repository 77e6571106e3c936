"""The twelve hops of a visit and their times, from the journals of both processes.

Both processes write the machine's monotonic clock, so their lines can be put on one axis.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

_MACHINE_STATES = {
    "Recognising",
    "CheckingFace",
    "VerifyingPin",
    "CheckingPassword",
    "ProvingIdentity",
    "AwaitingOptions",
    "KeepingRecord",
}
"""States in which the patient waits for the machine; looking into the camera counts as waiting."""

_VERIFICATION = "face, PIN or staff"

_HOPS = (
    ("card laid", "device", ("CardPlaced",)),
    ("recognised", "device", ("CardRecognised",)),
    ("method", "device", ("FaceChosen", "PinChosen", "StaffChosen")),
    (_VERIFICATION, "device", ("FaceMatched", "PinAccepted", "StaffAnswered")),
    ("card signs the agent's challenge", "device", ("ChallengeSigned",)),
    ("identity at the agent", "agent", ("identity_received",)),
    ("eligibility answer", "agent", ("eligibility_answered",)),
    ("consents", "device", ("AllConsentsAnswered", "ConsentAnswered")),
    ("signed result in the outbox", "device", ("RecordKept",)),
    ("verified and stored by the agent", "agent", ("result_stored",)),
    ("XML in the reception folder", "agent", ("reception_file_written",)),
    ("acknowledged, card taken", "both", ("result_acknowledged", "CardRemoved")),
)


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop of a visit."""

    name: str
    ms: float | None
    """Milliseconds since the hop before it; none when the visit never got here."""
    at_ms: float | None
    """Milliseconds since the card was laid."""
    events: int
    """Journal lines that made the hop; its time is that of the last of them.

    Several are usual only for a method chosen again, consents answered one by one, a proof or a
    result sent again after the cable was out, and the two ends of the last hop.
    """
    is_refused: bool
    """The patient was checked and not recognised, or the card takes no PIN any more."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a journal."""

    at_ms: float
    source: str
    event: str
    visit: str
    after: str
    turn: int


def read_lines(folder: Path) -> list[Line]:
    """Both journals of a bench, in the order of time."""
    lines = [
        Line(
            at_ms=entry["at_ms"],
            source=source,
            event=entry["event"],
            visit=entry.get("visit") or "",
            after=entry.get("after", ""),
            turn=entry.get("turn", 0),
        )
        for source in ("device", "agent")
        for entry in _entries(folder / f"{source}-journal.jsonl")
    ]
    return sorted(lines, key=lambda line: line.at_ms)


def last_visit(lines: Iterable[Line]) -> str:
    """The id of the visit that began last; empty when none has begun."""
    return next((line.visit for line in reversed([*lines]) if line.event == "CardPlaced"), "")


def hops_of(lines: Iterable[Line], visit: str, laid_at_ms: float) -> list[Hop]:
    """The twelve hops of one visit; each counts from the hop before it that was reached.

    The agent acknowledges and delivers side by side, and a patient may take the card early, so a
    hop counts as done no earlier than the hops before it.
    """
    mine = _lines_of(lines, visit)
    hops, before_ms = [], laid_at_ms
    for name, source, wanted in _HOPS:
        times = _reached_at(mine, source, wanted)
        is_refused = not times and name == _VERIFICATION
        if is_refused:
            times = [line.at_ms for line in mine if line.after == "Failing"]
        if not times:
            hops.append(Hop(name, None, None, 0, is_refused=False))
            continue
        reached = max(*times, before_ms)
        ms, at_ms = round(reached - before_ms, 1), round(reached - laid_at_ms, 1)
        hops.append(Hop(name, ms, at_ms, len(times), is_refused))
        before_ms = reached
    return hops


def machine_time_ms(lines: Iterable[Line], visit: str) -> float:
    """How long the patient waited for the machine, from the card being seen to the kept record."""
    steps = [line for line in _lines_of(lines, visit) if line.source == "device"]
    waited = sum(
        after.at_ms - before.at_ms
        for before, after in pairwise(steps)
        if before.after in _MACHINE_STATES
    )
    return round(waited, 1)


def _lines_of(lines: Iterable[Line], visit: str) -> list[Line]:
    """The lines of one visit.

    The reader forgets even the id before the card is taken: its lines without one belong to the
    visit that began last.
    """
    mine, begun_last = [], ""
    for line in lines:
        if line.event == "CardPlaced":
            begun_last = line.visit
        if (line.visit or begun_last) == visit:
            mine.append(line)
    return mine


def _reached_at(lines: list[Line], source: str, wanted: tuple[str, ...]) -> list[float]:
    """The times of a hop's events.

    The last hop is done when both its events have happened.
    """
    times = [[line.at_ms for line in lines if line.event == event] for event in wanted]
    if source == "both" and not all(times):
        return []
    return [moment for moments in times for moment in moments]


def _entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
