"""Pulls the cable at a byte of a visit; somebody notices, or the agent dies with it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from agent.delivery import Delivery, DeliveryTerms
from agent.desk import Desk
from agent.desk_terms import DeskDoors, DeskTerms, Question
from agent.inbox import Inbox
from agent.store import Store
from agent.trust import CardTrust
from agent.visits import Visits
from device.visit.effects import PageName
from hostlink import codec
from hostlink.channel import Channel
from hostlink.ends import AgentEnd, DeviceEnd
from hostlink.events import LinkEvent, LinkUp, Received
from hostlink.messages import (
    DeviceHello,
    IdentityProven,
    Message,
    SignedResult,
    VisitOpened,
)
from hostlink.terms import VisitOutcome
from tests.agent.delivery_bench import real_relay
from tests.agent.desk_bench import ANSWER, at_once
from tests.agent.world import AUDIENCE, INSTITUTION, ROOTS, HeardJournal, ToldClock, authority
from tests.interruptions.cabled_visit import VISIT, CableOutError, Cut, ReaderEnd, carry

_STEP_S = 0.005
_LONGEST_S = 30.0
_WATCHED_AFTER_S = 2.5
"""Signs of life still pass then."""


class Notice(Enum):
    """What happens beside the bytes that are lost."""

    BOTH = auto()
    READER_ALONE = auto()
    AGENT_ALONE = auto()
    AGENT_STARTS_ANEW = auto()
    """Power and cable of the reception PC go together."""


class AgentSide:
    """The agent on its store; another one on the same store is the agent after a start."""

    def __init__(self, folder: Path, end: AgentEnd, now_s: Callable[[], float]) -> None:
        self.channel = Channel(end, now_s)
        self.store = Store(folder / "agent.sqlite3")
        self.journal, self._clock = HeardJournal(), ToldClock()
        self._asked: list[Question] = []
        self.desk = Desk(
            DeskTerms(AUDIENCE, INSTITUTION, ROOTS, CardTrust([authority().certificate])),
            Visits(self.store),
            Inbox(self.store),
            DeskDoors(self.send, at_once, self._asked.append, lambda _: None),
            self.journal,
            self._clock,
        )
        terms = DeliveryTerms(INSTITUTION, ROOTS)
        relays = {"oqs": real_relay(folder / "reception")}
        self._delivery = Delivery(self.store, relays, terms, self.journal, self._clock)

    def act(self) -> None:
        """Take in what the cable brought, ask, hand over."""
        for event in self.channel.take_events():
            self.hear(event)
        while self._asked:
            self.desk.eligibility_answered(self._asked.pop(), ANSWER)

    def deliver(self) -> None:
        for parcel in self._delivery.outstanding():
            assert self._delivery.deliver(parcel)

    def send(self, message: Message) -> bool:
        return self.channel.send(codec.encode(message))

    def hear(self, event: LinkEvent) -> None:
        match event:
            case LinkUp(peer=DeviceHello() as peer):
                self.desk.reader_arrived(peer)
            case Received(VisitOpened() as message):
                self.desk.visit_opened(message)
            case Received(IdentityProven() as message):
                self.desk.identity_proven(message)
            case Received(SignedResult() as message):
                self.desk.result_arrived(message)
            case _:
                pass


MakeAgent = Callable[[Path, AgentEnd, Callable[[], float]], AgentSide]
MakeReader = Callable[[Path, DeviceEnd, Callable[[], float]], ReaderEnd]


@dataclass
class Parts:
    """Who is at the two ends."""

    ends: tuple[DeviceEnd, AgentEnd]
    make_reader: MakeReader = ReaderEnd
    make_agent: MakeAgent = AgentSide


class CabledVisit:
    """One visit in one folder."""

    def __init__(self, folder: Path, parts: Parts) -> None:
        (folder / "reception").mkdir()
        self._folder, self._parts = folder, parts
        self._now_s = 0.0
        self.carried_bytes = 0
        self._reader = parts.make_reader(folder, parts.ends[0], self._clock)
        self._agent = self._new_agent()
        for channel in (self._reader.channel, self._agent.channel):
            channel.cable_opened()

    def play(self, cut: Cut | None, notice: Notice) -> list[str]:
        """The visit, and what is wrong when it is over."""
        ends_at_s = _LONGEST_S
        while self._now_s < ends_at_s:
            try:
                self._step(cut)
            except CableOutError:
                cut = None
                self._unplug(notice)
            if self._is_over():
                ends_at_s = min(ends_at_s, self._now_s + _WATCHED_AFTER_S)
        self._agent.deliver()
        return self._faults()

    def close(self) -> None:
        self._reader.close()
        self._agent.store.close()

    def _clock(self) -> float:
        return self._now_s

    def _new_agent(self) -> AgentSide:
        return self._parts.make_agent(self._folder, self._parts.ends[1], self._clock)

    def _step(self, cut: Cut | None) -> None:
        self._now_s += _STEP_S
        reader, agent = self._reader, self._agent
        reader.channel.tick()
        agent.channel.tick()
        self.carried_bytes += carry(reader.channel, agent.channel, cut)
        agent.act()
        self.carried_bytes += carry(agent.channel, reader.channel, cut)
        reader.act()

    def _unplug(self, notice: Notice) -> None:
        self._reader.act()
        self._agent.act()
        if notice in (Notice.BOTH, Notice.READER_ALONE, Notice.AGENT_STARTS_ANEW):
            self._reader.channel.cable_lost()
            self._reader.channel.cable_opened()
        if notice in (Notice.BOTH, Notice.AGENT_ALONE):
            self._agent.channel.cable_lost()
            self._agent.channel.cable_opened()
        if notice is Notice.AGENT_STARTS_ANEW:
            self._agent.store.close()
            self._agent = self._new_agent()
            self._agent.channel.cable_opened()

    def _is_over(self) -> bool:
        has_ended = self._reader.pages[-1] in (PageName.CARD_TAKEN, PageName.IDLE)
        return has_ended and not any(self._reader.outbox.pending())

    def _faults(self) -> list[str]:
        rows = self._agent.store.rows("SELECT seq, visit_id, outcome FROM results")
        files = len(list((self._folder / "reception").glob("OQS*.xml")))
        faults = {
            "the patient did not see the end": PageName.FINISHED not in self._reader.pages,
            "the result is lost": not rows,
            "there is another result": bool(rows) and rows != [(1, VISIT, VisitOutcome.COMPLETED)],
            "not exactly one file": files != 1,
            "the reader still has it": any(self._reader.outbox.pending()),
            "an alarm": bool(self._agent.journal.alarms),
        }
        return [fault for fault, is_so in faults.items() if is_so]
