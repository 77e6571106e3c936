"""A desk with everything it says, asks and writes down laid open."""

from collections.abc import Callable
from pathlib import Path

from agent.desk import Desk
from agent.desk_terms import DeskDoors, DeskTerms, Question
from agent.eligibility.port import EligibilityAnswer
from agent.group_commit import GroupCommit
from agent.inbox import Inbox
from agent.store import Store
from agent.trust import CardTrust
from agent.visits import Visits
from hostlink.messages import Message, SignedResult, VisitChallenge, VisitOpened
from hostlink.terms import CardKind, ConsentItem, Emergency
from tests.agent.world import (
    AUDIENCE,
    INSTITUTION,
    RECORD,
    ROOTS,
    VISIT_ID,
    Card,
    HeardJournal,
    SigningReader,
    ToldClock,
    abandoned,
    authority,
)
from tests.hostlink.pki import OTHER_READER, STRANGE_READER

ANSWER = EligibilityAnswer(RECORD, is_registered=True, consents=tuple(ConsentItem))


def at_once(act: Callable[[], None]) -> None:
    """`DeskDoors.once_kept` of a desk alone: each of its changes is on the disk when it is made."""
    act()


class DeskBench:
    """A desk and all it says."""

    def __init__(
        self,
        database: Path,
        *,
        may_ask_later: bool = False,
        emergency: Emergency | None = None,
        is_held_back: bool = False,
    ) -> None:
        self.said: list[Message] = []
        self.asked: list[Question] = []
        self.deliveries = 0
        self.journal = HeardJournal()
        self.clock = ToldClock()
        self.store = Store(database)
        self.changes = GroupCommit(self.store)
        self.desk = Desk(
            DeskTerms(
                AUDIENCE,
                INSTITUTION,
                ROOTS,
                CardTrust([authority().certificate]),
                may_ask_later,
                emergency,
            ),
            Visits(self.store),
            Inbox(self.store),
            DeskDoors(
                self._send,
                self.changes.once_kept if is_held_back else at_once,
                self.asked.append,
                self._wake,
            ),
            self.journal,
            self.clock,
        )

    def _send(self, message: Message) -> bool:
        self.said.append(message)
        return True

    def _wake(self, _: bytes) -> None:
        self.deliveries += 1

    def open_visit(self, kind: CardKind = CardKind.MY_NUMBER) -> VisitChallenge:
        self.desk.visit_opened(VisitOpened(VISIT_ID, kind))
        challenge = self.said[-1]
        assert isinstance(challenge, VisitChallenge)
        return challenge

    def answered(self, patient: Card) -> VisitChallenge:
        """A visit up to the options."""
        challenge = self.open_visit()
        self.desk.identity_proven(patient.prove(challenge))
        self.desk.eligibility_answered(self.asked[-1], ANSWER)
        return challenge


def refused_results() -> dict[str, SignedResult]:
    """Results the agent must neither keep nor acknowledge."""
    good = SigningReader().sign(abandoned())
    return {
        "another number outside": SignedResult(2, good.cose),
        "nobody's": SigningReader().sign(abandoned(), audience=""),
        "another clinic's": SigningReader().sign(abandoned(), audience="another clinic"),
        "another reader's of the same maker": SigningReader(OTHER_READER).sign(abandoned()),
        "a stranger's": SigningReader(STRANGE_READER).sign(abandoned()),
        "damaged": SignedResult(1, good.cose[:-1] + b"x"),
        "a number too large to keep": SigningReader(next_seq=2**63).sign(abandoned()),
    }
