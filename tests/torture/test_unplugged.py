"""A share of the pulls, and ends that must not survive them."""

from collections.abc import Callable
from pathlib import Path

from hostlink.ends import AgentEnd
from hostlink.events import LinkEvent, Received
from hostlink.messages import Message, ResultAcknowledged, SignedResult
from tests.hostlink.both_ends import both_ends
from tests.interruptions.cabled_visit import ReaderEnd
from tests.interruptions.unplugging import AgentSide, Parts
from tests.torture.runs import unplugged

FEW = 300
_BATCH_S = 2.0


class AcknowledgesFirst(AgentSide):
    """Wrong on purpose: acknowledges at once, and stores what came every two seconds."""

    def __init__(self, folder: Path, end: AgentEnd, now_s: Callable[[], float]) -> None:
        super().__init__(folder, end, now_s)
        self._now_s = now_s
        self._waiting: list[tuple[float, LinkEvent]] = []

    def hear(self, event: LinkEvent) -> None:
        match event:
            case Received(SignedResult(seq)):
                self.send(ResultAcknowledged(seq))
                self._waiting.append((self._now_s() + _BATCH_S, event))
            case _:
                super().hear(event)

    def act(self) -> None:
        super().act()
        while self._waiting and self._waiting[0][0] <= self._now_s():
            super().hear(self._waiting.pop(0)[1])


class TakesSentForReceived(ReaderEnd):
    """Wrong on purpose: what the link took is never sent again."""

    def _tell(self, message: Message) -> bool:
        is_taken = super()._tell(message)
        if is_taken and isinstance(message, SignedResult):
            self.outbox.acknowledge(message.seq)
        return is_taken


def test_nothing_is_found() -> None:
    report = unplugged.run(FEW, 1)
    assert report.failures == ()
    assert report.trials > FEW / 2


def test_negative_control_an_agent_that_acknowledges_before_it_stored() -> None:
    report = unplugged.run(FEW, 3, Parts(both_ends(), make_agent=AcknowledgesFirst))
    assert any("the result is lost" in failure.what for failure in report.failures)


def test_negative_control_a_reader_that_takes_sent_for_received() -> None:
    report = unplugged.run(FEW, 1, Parts(both_ends(), make_reader=TakesSentForReceived))
    assert any("the result is lost" in failure.what for failure in report.failures)
