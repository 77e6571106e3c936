"""The twelve hops of a visit and their times, from the journals of both processes.

Both processes write the machine's monotonic clock, so their lines can be put on one axis.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

_MACHINE_STATES = {
    "Recognising",
    "CheckingFace",
    "CountingPinTries",
    "VerifyingPin",
    "ProvingIdentity",
    "AwaitingOptions",
    "KeepingRecord",
}
"""States in which the patient waits for the machine; looking into the camera counts as waiting."""

_HOPS = (
    ("card laid", "device", ("CardPlaced",)),
    ("recognised", "device", ("CardRecognised",)),
    ("method", "device", ("FaceChosen", "PinChosen")),
    ("face or PIN", "device", ("FaceMatched", "PinAccepted")),
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
    """The id of the visit that began last."""
    return [line.visit for line in lines if line.event == "CardPlaced"][-1]


def hops_of(lines: list[Line], visit: str, laid_at_ms: float) -> list[Hop]:
    """The twelve hops of one visit; each counts from the hop before it that was reached.

    The agent acknowledges and delivers side by side, and a patient may take the card early, so a
    hop counts as done no earlier than the hops before it.
    """
    begun = next(line.at_ms for line in lines if line.visit == visit)
    lines = [line for line in lines if line.at_ms >= begun]
    hops, before_ms = [], laid_at_ms
    for name, source, wanted in _HOPS:
        reached = _reached_at(lines, source, wanted)
        if reached is None:
            hops.append(Hop(name, None, None))
            continue
        reached = max(reached, before_ms)
        hops.append(Hop(name, round(reached - before_ms, 1), round(reached - laid_at_ms, 1)))
        before_ms = reached
    return hops


def machine_time_ms(lines: list[Line], visit: str) -> float:
    """How long the patient waited for the machine, from the card being seen to the kept record."""
    begun = next(line.at_ms for line in lines if line.visit == visit)
    steps = [line for line in lines if line.source == "device" and line.at_ms >= begun]
    waited = sum(
        after.at_ms - before.at_ms
        for before, after in pairwise(steps)
        if before.after in _MACHINE_STATES
    )
    return round(waited, 1)


def _reached_at(lines: list[Line], source: str, wanted: tuple[str, ...]) -> float | None:
    """When the hop was done: with several events of one process, the last of them counts.

    The last hop is done when both its events have happened.
    """
    times: Mapping[str, list[float]] = {
        event: [line.at_ms for line in lines if line.event == event] for event in wanted
    }
    if source == "both" and not all(times.values()):
        return None
    found = [moment for moments in times.values() for moment in moments]
    return max(found) if found else None


def _entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
