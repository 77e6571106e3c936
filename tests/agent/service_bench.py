"""A service that runs in a thread, between a told source, a told relay and a told reader."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from queue import Queue

from agent.config import ONLY_COUNTER
from agent.delivery import Delivery, DeliveryTerms
from agent.delivery_rounds import DeliveryRounds
from agent.desk import Desk
from agent.desk_terms import DeskDoors, DeskTerms
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery
from agent.errors import (
    AgentError,
    LinkDiedError,
    RelayUnavailableError,
    StoreUnavailableError,
)
from agent.forgetting import Forgetting, ForgettingRounds, KeepingTerms
from agent.group_commit import GroupCommit
from agent.inbox import Inbox
from agent.postponed import PostponedQuestions, PostponedTerms
from agent.relays.port import Prepared, Reception, Relay, SendingRelay
from agent.service import Service, StopWanted
from agent.store import Store
from agent.trust import CardTrust
from agent.visits import Visits
from hostlink.events import Received
from hostlink.messages import (
    Message,
    VisitChallenge,
    VisitOpened,
)
from hostlink.terms import CardKind, FailureCode
from tests.agent.world import (
    AUDIENCE,
    INSTITUTION,
    ROOTS,
    VISIT_ID,
    HeardJournal,
    ToldClock,
    authority,
)

PATIENCE_S = 30.0


class ToldSource:
    """An eligibility source that does what it is told."""

    knows_people = True

    def __init__(self) -> None:
        self.answers: list[EligibilityAnswer | FailureCode | Exception] = []

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Nothing to give back."""


class ToldRelay:
    """A relay that does what it is told."""

    needs_record = True

    def __init__(self) -> None:
        self.faults: list[Exception] = []
        self.bad_seqs: set[int] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.is_asked = threading.Event()
        self.delivered: Queue[int] = Queue()

    def prepare(self, reception: Reception) -> Prepared:
        self.is_asked.set()
        self.gate.wait()
        if reception.seq in self.bad_seqs:
            raise ZeroDivisionError
        if self.faults:
            raise self.faults.pop(0)
        return Prepared(str(reception.seq), is_encoding_changed=False)

    def commit(self, token: str) -> str:
        self.delivered.put(int(token))
        return token

    def settle(self, token: str) -> None:
        """Nothing is kept that could be forgotten."""


class StubbornReceiver:
    """A receiver that does not answer to some results, however often they come."""

    needs_record = True

    def __init__(self, *stubborn: int) -> None:
        self.stubborn_seqs = set(stubborn)
        self.tries = 0
        self.taken: Queue[int] = Queue()

    def send(self, reception: Reception) -> str:
        self.tries += 1
        if reception.seq in self.stubborn_seqs:
            raise RelayUnavailableError("HTTP 500")
        self.taken.put(reception.seq)
        return str(reception.seq)

    def close(self) -> None:
        """No connection."""


class Bench:
    """A service that runs in a thread, and the reader's side of the link as a queue."""

    def __init__(
        self,
        database: Path,
        *,
        may_ask_later: bool = False,
        receiver: StubbornReceiver | None = None,
        source: ToldSource | None = None,
        readers: int = 1,
    ) -> None:
        self.source = source or ToldSource()
        self.relay = ToldRelay()
        self.journal = HeardJournal()
        self.said: Queue[Message] = Queue()
        self.store = Store(database)
        clock = ToldClock()
        terms = DeliveryTerms(INSTITUTION, ROOTS)
        self.clock = clock
        relays: dict[str, Relay | SendingRelay] = {"told": self.relay}
        if receiver is not None:
            relays["web"] = receiver
        # Decisions of staff, as the local API makes them.
        self.delivery = Delivery(Store(database), relays, terms, self.journal, clock)
        keeping = KeepingTerms(tuple(relays), timedelta(days=7))
        forgetting = ForgettingRounds(
            Forgetting(Store(database), keeping, self.journal, clock),
            self.journal,
            forget_typed=lambda: True,
        )
        postponed = PostponedQuestions(
            Store(database),
            self.source,
            PostponedTerms(INSTITUTION, timedelta(hours=24)),
            self.journal,
            clock,
        )
        self.changes = GroupCommit(self.store)
        self.service = Service(
            self.changes,
            self.source,
            [
                DeliveryRounds(
                    Delivery(Store(database), {label: relay}, terms, self.journal, clock),
                    looked_at=forgetting.wake,
                )
                for label, relay in relays.items()
            ],
            forgetting,
            postponed,
            self.journal,
            readers=readers,
        )
        self.desk = Desk(
            DeskTerms(
                AUDIENCE,
                INSTITUTION,
                ROOTS,
                CardTrust([authority().certificate]),
                may_ask_later=may_ask_later,
            ),
            Visits(self.store),
            Inbox(self.store),
            self._doors(self._send),
            self.journal,
            clock,
        )
        self.error: AgentError | None = None
        self._thread = threading.Thread(target=self._run)

    def _send(self, message: Message) -> bool:
        self.said.put(message)
        return True

    def _run(self) -> None:
        try:
            self.service.run(self._desks)
        except (StoreUnavailableError, LinkDiedError) as error:
            self.error = error

    def start(self, *counters: str, heard: list[str] | None = None) -> None:
        """Begin to work, with a desk for each of these counters that tells when it is spoken to."""
        self._desks = {counter: self._heard_desk(counter, heard) for counter in counters} or {
            ONLY_COUNTER: self.desk
        }
        self._thread.start()

    def _heard_desk(self, counter: str, heard: list[str] | None) -> Desk:
        def send(message: Message) -> bool:
            assert heard is not None
            heard.append(counter)
            return self._send(message)

        doors = self._doors(send)
        terms = DeskTerms(AUDIENCE, INSTITUTION, ROOTS, CardTrust([authority().certificate]))
        return Desk(terms, Visits(self.store), Inbox(self.store), doors, self.journal, self.clock)

    def _doors(self, send: Callable[[Message], bool]) -> DeskDoors:
        service = self.service
        return DeskDoors(send, self.changes.once_kept, service.ask, service.wake_delivery)

    def stop(self) -> None:
        self.service.post(StopWanted(None))
        self.wait_stopped()

    def wait_stopped(self) -> None:
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def tell(self, message: Message) -> Message:
        """The reader says something; what the agent answers."""
        self.service.post(Received(message))
        return self.said.get(timeout=PATIENCE_S)

    def open_visit(self) -> VisitChallenge:
        answer = self.tell(VisitOpened(VISIT_ID, CardKind.MY_NUMBER))
        assert isinstance(answer, VisitChallenge)
        return answer
