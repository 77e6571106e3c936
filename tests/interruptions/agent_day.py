"""A day of the agent: two visits arrive, are acknowledged and handed over.

The reader is a list of signed results that are sent again until they are acknowledged; reception
software takes each file as soon as it was handed over, so that a second one is seen.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from agent.delivery import Delivery, DeliveryTerms
from agent.desk import Desk, DeskDoors, DeskTerms, Question
from agent.errors import AgentError
from agent.folders import sync_folder
from agent.inbox import Inbox
from agent.relays.port import Prepared, Reception, Relay
from agent.store import Store
from agent.trust import CardTrust
from agent.visits import Visits
from hostlink.messages import (
    Message,
    ResultAcknowledged,
    SignedResult,
    VisitChallenge,
    VisitOpened,
)
from hostlink.terms import CardKind
from tests.agent.delivery_bench import VISITS, real_relay
from tests.agent.desk_bench import ANSWER, at_once
from tests.agent.world import (
    AUDIENCE,
    INSTITUTION,
    ROOTS,
    Card,
    HeardJournal,
    SigningReader,
    ToldClock,
    authority,
    card,
    completed,
)
from tests.interruptions.day import Day, Tell

MakeRelay = Callable[[Path], Relay]
_TRIES_TO_DELIVER = 3


@cache
def _patient() -> Card:
    return card()


class _TakingSoftware:
    """A relay behind which reception software takes each file at once, and never forgets it."""

    needs_record = True

    def __init__(self, relay: Relay, folder: Path) -> None:
        self._relay = relay
        self._reception, self._taken = folder / "reception", folder / "taken"

    def prepare(self, reception: Reception) -> Prepared:
        return self._relay.prepare(reception)

    def commit(self, token: str) -> str:
        name = self._relay.commit(token)
        self.take_files()
        return name

    def settle(self, token: str) -> None:
        self._relay.settle(token)

    def take_files(self) -> None:
        """Whatever lies there is moved away; the same name a second time gets another one."""
        with suppress(OSError):  # its own disk refuses: it takes them another time
            for path in sorted(self._reception.glob("OQS*.xml")):
                place = self._taken / path.name
                path.rename(place.with_suffix(".again") if place.exists() else place)
                sync_folder(self._taken)


class _Agent:
    """The agent's own parts on the disk of one folder, as after a start."""

    def __init__(self, folder: Path, mark: Tell, make_relay: MakeRelay, synchronous: str) -> None:
        self._mark = mark
        self.store = Store(folder / "state" / "agent.sqlite3")
        self.store.rows(f"PRAGMA synchronous = {synchronous}")
        self._challenge: VisitChallenge | None = None
        self._asked: list[Question] = []
        journal, clock = HeardJournal(), ToldClock()
        self.desk = Desk(
            DeskTerms(AUDIENCE, INSTITUTION, ROOTS, CardTrust([authority().certificate])),
            Visits(self.store),
            Inbox(self.store),
            DeskDoors(self._send, at_once, self._asked.append, lambda _: None),
            journal,
            clock,
        )
        self.software = _TakingSoftware(make_relay(folder / "reception"), folder)
        terms = DeliveryTerms(INSTITUTION, ROOTS, timedelta(days=7))
        self._delivery = Delivery(self.store, {"oqs": self.software}, terms, journal, clock)

    def visit(self, reader: SigningReader, visit_id: bytes) -> None:
        """A patient comes and goes; the result arrives twice, as after a lost acknowledgement."""
        self.desk.visit_opened(VisitOpened(visit_id, CardKind.MY_NUMBER))
        assert self._challenge is not None
        self.desk.identity_proven(_patient().prove(self._challenge))
        self.desk.eligibility_answered(self._asked[-1], ANSWER)
        result = reader.sign(completed(self._challenge.nonce, visit_id))
        self._mark(f"signed {result.seq} {result.cose.hex()}")
        for _ in range(2):
            self.desk.result_arrived(result)

    def deliver(self) -> None:
        """All that waits is handed over; a folder that refuses is tried again."""
        for _ in range(_TRIES_TO_DELIVER):
            for parcel in self._delivery.outstanding():
                self._delivery.deliver(parcel)
        self._delivery.purge()

    def _send(self, message: Message) -> bool:
        match message:
            case VisitChallenge():
                self._challenge = message
            case ResultAcknowledged(seq):
                self._mark(f"acknowledged {seq}")
            case _:
                pass
        return True


def _prepare(folder: Path) -> None:
    for name in ("reception", "taken"):
        (folder / name).mkdir(parents=True)


def _play(make_relay: MakeRelay, synchronous: str, folder: Path, mark: Tell) -> None:
    agent, reader = _Agent(folder, mark, make_relay, synchronous), SigningReader()
    for visit_id in VISITS:
        agent.visit(reader, visit_id)
        agent.deliver()
    agent.store.close()


def _resume(
    make_relay: MakeRelay, synchronous: str, folder: Path, mark: Tell, told: Sequence[str]
) -> None:
    agent = _Agent(folder, mark, make_relay, synchronous)
    agent.software.take_files()
    signed = _signed(told)
    for seq in sorted(signed.keys() - _acknowledged(told)):
        agent.desk.result_arrived(SignedResult(seq, signed[seq]))
    agent.deliver()
    agent.visit(SigningReader(next_seq=max(signed, default=0) + 1), os.urandom(16))
    agent.deliver()
    agent.store.close()


def _faults(
    make_relay: MakeRelay, synchronous: str, folder: Path, told: Sequence[str]
) -> list[str]:
    try:
        with_kept = _Agent(folder, _forget, make_relay, synchronous)
        kept = {seq for (seq,) in with_kept.store.rows("SELECT seq FROM results")}
        with_kept.store.close()
        _resume(make_relay, synchronous, folder, _forget, told)
    except (AssertionError, AgentError) as error:
        return [f"the agent is stuck: {error!r}"]
    handed_over = len(list((folder / "taken").glob("*.xml")))
    faults = {
        "an acknowledged result is lost": not _acknowledged(told) <= kept,
        "a visit never reaches the reception software": handed_over <= len(_signed(told)),
        "a visit reaches the reception software twice": any((folder / "taken").glob("*.again")),
    }
    return [fault for fault, is_so in faults.items() if is_so]


def _signed(told: Sequence[str]) -> Mapping[int, bytes]:
    marks = [mark.split() for mark in told]
    return {int(mark[1]): bytes.fromhex(mark[2]) for mark in marks if mark[0] == "signed"}


def _acknowledged(told: Sequence[str]) -> set[int]:
    marks = [mark.split() for mark in told]
    return {int(mark[1]) for mark in marks if mark[0] == "acknowledged"}


def _forget(_: str) -> None:
    """Nobody asks any more."""


def agent_day(make_relay: MakeRelay = real_relay, synchronous: str = "FULL") -> Day:
    """A day with the product's own store and relay, or with worse ones."""
    given = (make_relay, synchronous)
    return Day(
        _prepare, partial(_play, *given), partial(_resume, *given), partial(_faults, *given),
        (AgentError,),
    )  # fmt: skip
