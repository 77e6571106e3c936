"""The agent's end passes on what it hears, finds its port and tells the time."""

from pathlib import Path

import pytest

from agent import link
from agent.config import LinkTable
from agent.link import LinkEvents, hello_maker, stream_opener
from hostlink.errors import CableLostError
from hostlink.events import LinkDown, LinkEvent, LinkUp, Received
from hostlink.link import ResetReason
from hostlink.messages import AgentHello, DeviceHello, ResultAcknowledged
from tests.agent.world import TODAY, ToldClock
from tests.hostlink.pki import UEID

HELLO = DeviceHello(1, 1, UEID, "0.1.0", 7, 42)


def test_everything_is_posted_in_order() -> None:
    posted: list[LinkEvent] = []
    events = LinkEvents(posted.append)
    reason = next(iter(ResetReason))
    events.link_up(HELLO)
    events.received(ResultAcknowledged(1))
    events.link_down(reason)
    assert posted == [LinkUp(HELLO), Received(ResultAcknowledged(1)), LinkDown(reason)]


def test_the_hello_tells_the_agents_time() -> None:
    hello = hello_maker("clinic", ToldClock())(HELLO)
    assert hello == AgentHello(1, "clinic", round(TODAY.timestamp() * 1000))


def test_a_port_that_is_not_there_may_come_later(tmp_path: Path) -> None:
    with pytest.raises(CableLostError):
        stream_opener(LinkTable(port="ttyREADER"), tmp_path)()


def test_a_usb_reader_is_looked_up_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[tuple[int, int, str]] = []

    def find(vid: int, pid: int, serial_number: str) -> None:
        looked_up.append((vid, pid, serial_number))

    monkeypatch.setattr(link, "find_serial", find)
    open_stream = stream_opener(
        LinkTable(usb_vendor_id=1, usb_product_id=2, usb_serial="s"), Path()
    )
    for _ in range(2):
        with pytest.raises(CableLostError):
            open_stream()
    assert looked_up == [(1, 2, "s")] * 2
