"""A whole visit between the two programs' own parts, on a cable and a clock of the test's.

At the reader's end: the visit machine, the outbox and its jobs, what hears the agent. At the other:
desk, inbox, visits and delivery on their store. Between them: both channels with TLS. Simulated are
the threads, the card, and a patient who does at once what the page asks for.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from device.clock import Clock
from device.intake import HostIntake
from device.jobs.record import RecordJobs
from device.outbox import Outbox
from device.visit import effects, events
from device.visit.effects import Effect, PageName
from device.visit.events import Event
from device.visit.machine import advance, begin
from hostlink import codec
from hostlink.channel import Channel
from hostlink.ends import DeviceEnd
from hostlink.events import LinkDown, LinkEvent, LinkUp, Received
from hostlink.messages import AgentHello, DeviceHello, Message
from tests.agent.world import Card, card
from tests.device.posted import finish
from tests.device.signing_reader import reader_identity
from tests.device.visit.story import MATCH, MY_NUMBER, TEXTS
from tests.hostlink.samples import DEVICE_HELLO

VISIT = bytes(range(16))


class ReaderEnd:
    """The reader with a patient before it who laid a card."""

    def __init__(self, folder: Path, end: DeviceEnd, now_s: Callable[[], float]) -> None:
        self.outbox = Outbox(folder / "outbox")
        self.channel = Channel(replace(end, make_hello=self._hello), now_s)
        self.pages: list[PageName] = []
        self._now_s = now_s
        self._card: Card = card()
        self._clock = Clock()
        self._queue: deque[Event] = deque()
        self._state = begin()[0]
        self._timer: tuple[float, int] | None = None
        self._jobs = RecordJobs(
            self.outbox, reader_identity(), self._clock, self._tell, self._queue.append
        )
        self._intake = HostIntake(self._queue.append, self._clock, lambda _: True, self._jobs)
        self._queue += [events.SlotReady(), events.CardPlaced(VISIT)]

    def act(self) -> None:
        """Take in what the cable brought, and do all that can be done now."""
        for event in self.channel.take_events():
            self._hear(event)
            self._let_jobs_finish()
        if self._timer and self._now_s() >= self._timer[0]:
            (_, turn), self._timer = self._timer, None
            self._queue.append(events.TimedOut(turn))
        while self._queue:
            self._state, wanted = advance(self._state, self._queue.popleft())
            for effect in wanted:
                self._perform(effect)

    def close(self) -> None:
        self._jobs.stop()

    def _hello(self) -> DeviceHello:
        return replace(DEVICE_HELLO, next_seq=self.outbox.next_seq)

    def _hear(self, event: LinkEvent) -> None:
        match event:
            case LinkUp(peer=AgentHello() as peer):
                self._intake.agent_connected(peer)
            case LinkDown():
                self._intake.agent_lost()
            case Received(message):
                self._intake.agent_said(message)  # type: ignore[arg-type]  # as `Host` passes it
            case _:
                pass

    def _perform(self, effect: Effect) -> None:
        match effect:
            case effects.ShowPage():
                self._look(effect)
            case effects.StartTimer(turn, after_s):
                self._timer = (self._now_s() + after_s, turn)
            case effects.RecogniseCard(turn):
                self._queue.append(replace(MY_NUMBER, turn=turn))
            case effects.StartFaceCheck(turn):
                self._queue.append(events.FaceMatched(turn, self._clock.now(), MATCH))
            case effects.SignChallenge(turn, challenge):
                signature = self._card.sign(challenge)
                signed = events.ChallengeSigned(turn, self._card.der, signature, self._clock.now())
                self._queue.append(signed)
            case effects.TellAgent(message):
                self._tell(message)
            case effects.KeepRecord(turn, record):
                self._jobs.keep(turn, record, TEXTS)
                self._let_jobs_finish()
            case _:
                pass

    def _look(self, page: effects.ShowPage) -> None:
        """The patient chooses the face and agrees to everything."""
        self.pages.append(page.page)
        match page.page:
            case PageName.CHOOSE_METHOD:
                self._queue.append(events.FaceChosen(page.turn))
            case PageName.CONSENT_ALL:
                now = self._clock.now()
                self._queue.append(events.AllConsentsAnswered(page.turn, True, now, TEXTS))
            case PageName.FINISHED:
                self._queue.append(events.CardRemoved())
            case _:
                pass

    def _tell(self, message: Message) -> bool:
        return self.channel.send(codec.encode(message))

    def _let_jobs_finish(self) -> None:
        finish(self._jobs._worker)


@dataclass
class Cut:
    """Lets so many bytes pass, both directions together, and then is out."""

    left: int

    def passed(self, data: bytes) -> bytes:
        data = data[: self.left]
        self.left -= len(data)
        return data


class CableOutError(Exception):
    """No byte passes any more."""


def carry(source: Channel, target: Channel, cut: Cut | None) -> int:
    """Carry what waits; tells how many bytes.

    Raises:
        CableOutError: The cable was pulled while they passed.
    """
    carried = 0
    while frame := source.take_frame():
        data = cut.passed(frame) if cut else frame
        target.receive(data)
        carried += len(data)
        if len(data) < len(frame):
            raise CableOutError
    return carried
