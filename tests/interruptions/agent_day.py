"""A day of the agent: two visits arrive together, are acknowledged and handed over together.

The reader is a list of signed results that are sent again until they are acknowledged; reception
software takes each file as soon as it was handed over, so that a second one is seen.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from agent.delivery import Delivery, DeliveryTerms
from agent.desk import Desk
from agent.desk_terms import DeskDoors, DeskTerms, Question
from agent.errors import AgentError
from agent.folders import sync_folder
from agent.forgetting import Forgetting, KeepingTerms
from agent.group_commit import GroupCommit
from agent.inbox import Inbox
from agent.relays.port import BundlingRelay, Prepared, Reception, Relay
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


@dataclass(frozen=True)
class _Design:
    make_relay: MakeRelay
    synchronous: str
    speaks_first: bool
    """Acknowledges what is not on the disk yet."""


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

    def prepare_all(self, receptions: Sequence[Reception]) -> list[Prepared]:
        if isinstance(self._relay, BundlingRelay):
            return self._relay.prepare_all(receptions)
        return [self.prepare(each) for each in receptions]

    def commit(self, token: str) -> str:
        name = self._relay.commit(token)
        self.take_files()
        return name

    def commit_all(self, tokens: Sequence[str]) -> list[str]:
        if not isinstance(self._relay, BundlingRelay):
            return [self.commit(token) for token in tokens]
        names = self._relay.commit_all(tokens)
        self.take_files()
        return names

    def settle(self, token: str) -> None:
        self._relay.settle(token)

    def settle_all(self, tokens: Sequence[str]) -> None:
        for token in tokens:
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

    def __init__(self, folder: Path, mark: Tell, design: _Design) -> None:
        self._mark = mark
        self.store = Store(folder / "state" / "agent.sqlite3")
        self.store.rows(f"PRAGMA synchronous = {design.synchronous}")
        self._challenges: dict[bytes, VisitChallenge] = {}
        self._asked: list[Question] = []
        journal, clock = HeardJournal(), ToldClock()
        self._changes = GroupCommit(self.store)
        once_kept = at_once if design.speaks_first else self._changes.once_kept
        self.desk = Desk(
            DeskTerms(AUDIENCE, INSTITUTION, ROOTS, CardTrust([authority().certificate])),
            Visits(self.store),
            Inbox(self.store),
            DeskDoors(self._send, once_kept, self._asked.append, lambda _: None),
            journal,
            clock,
        )
        self.software = _TakingSoftware(design.make_relay(folder / "reception"), folder)
        terms = DeliveryTerms(INSTITUTION, ROOTS)
        self._delivery = Delivery(self.store, {"oqs": self.software}, terms, journal, clock)
        keeping = KeepingTerms(("oqs",), timedelta(days=7))
        self._forgetting = Forgetting(self.store, keeping, journal, clock)

    def visit(self, reader: SigningReader, *visit_ids: bytes) -> None:
        """Patients come and go side by side; each result arrives twice, as if not acknowledged."""
        for visit_id in visit_ids:
            self.desk.visit_opened(VisitOpened(visit_id, CardKind.MY_NUMBER))
            self.speak()
        challenges = [self._challenges[visit_id] for visit_id in visit_ids]
        for challenge in challenges:
            self.desk.identity_proven(_patient().prove(challenge))
            self.speak()
            self.desk.eligibility_answered(self._asked.pop(), ANSWER)
        results = [reader.sign(completed(each.nonce, each.visit_id)) for each in challenges]
        for result in results:
            self._mark(f"signed {result.seq} {result.cose.hex()}")
        self.work(partial(self.desk.result_arrived, result) for result in results * 2)

    def work(self, events: Iterable[Callable[[], None]]) -> None:
        """As the service does with all events that wait."""
        with self._changes.together():
            for event in events:
                with self._changes.event():
                    event()
        self.speak()

    def speak(self) -> None:
        """Say what is due by now."""
        for act in self._changes.due():
            act()

    def deliver(self) -> None:
        """All that waits is handed over; a folder that refuses is tried again."""
        for _ in range(_TRIES_TO_DELIVER):
            for bundle in self._delivery.bundles():
                if not self._delivery.deliver_together(bundle):
                    for parcel in bundle:
                        self._delivery.deliver(parcel)
        self._forgetting.purge()

    def _send(self, message: Message) -> bool:
        match message:
            case VisitChallenge():
                self._challenges[message.visit_id] = message
            case ResultAcknowledged(seq):
                self._mark(f"acknowledged {seq}")
            case _:
                pass
        return True


def _prepare(folder: Path) -> None:
    for name in ("reception", "taken"):
        (folder / name).mkdir(parents=True)


def _play(design: _Design, folder: Path, mark: Tell) -> None:
    agent, reader = _Agent(folder, mark, design), SigningReader()
    agent.visit(reader, *VISITS)
    agent.deliver()
    agent.store.close()


def _resume(design: _Design, folder: Path, mark: Tell, told: Sequence[str]) -> None:
    agent = _Agent(folder, mark, design)
    agent.software.take_files()
    signed = _signed(told)
    agent.work(
        partial(agent.desk.result_arrived, SignedResult(seq, signed[seq]))
        for seq in sorted(signed.keys() - _acknowledged(told))
    )
    agent.deliver()
    agent.visit(SigningReader(next_seq=max(signed, default=0) + 1), os.urandom(16))
    agent.deliver()
    agent.store.close()


def _faults(design: _Design, folder: Path, told: Sequence[str]) -> list[str]:
    try:
        with_kept = _Agent(folder, _forget, design)
        kept = {seq for (seq,) in with_kept.store.rows("SELECT seq FROM results")}
        with_kept.store.close()
        _resume(design, folder, _forget, told)
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


def agent_day(
    make_relay: MakeRelay = real_relay, synchronous: str = "FULL", *, speaks_first: bool = False
) -> Day:
    """A day with the product's own store, relay and order, or with worse ones."""
    given = _Design(make_relay, synchronous, speaks_first)
    return Day(
        _prepare, partial(_play, given), partial(_resume, given), partial(_faults, given),
        (AgentError,),
    )  # fmt: skip
