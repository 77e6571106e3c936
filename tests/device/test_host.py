from dataclasses import replace
from typing import cast

import pytest

from device.host import FromAgent, Host, _Handler
from hostlink.errors import CableLostError
from hostlink.link import DeviceEnd, Link
from hostlink.messages import (
    AgentHello,
    DeviceReport,
    LinkCounters,
    Message,
    ReportWanted,
    ResultCounts,
    Unpaired,
)
from hostlink.port import ByteStream
from hostlink.reset import ResetReason
from tests.device.paired_agents import PairedForGood
from tests.hostlink.samples import AGENT_HELLO, DEVICE_HELLO, MESSAGES, REPORT


class Heard:
    def __init__(self) -> None:
        self.told: list[object] = []

    def agent_connected(self, hello: AgentHello) -> None:
        self.told.append(hello)

    def agent_lost(self) -> None:
        self.told.append("lost")

    def agent_said(self, message: FromAgent) -> None:
        self.told.append(message)

    def result_counts(self) -> ResultCounts:
        return REPORT.results


def test_the_agent_comes_and_goes() -> None:
    heard = Heard()
    handler = _Handler(heard, PairedForGood(), AGENT_HELLO.audience)
    handler.link_up(AGENT_HELLO)
    handler.link_down(next(iter(ResetReason)))
    assert heard.told == [AGENT_HELLO, "lost"]


def test_another_reader_is_no_agent() -> None:
    heard = Heard()
    _Handler(heard, PairedForGood(), AGENT_HELLO.audience).link_up(DEVICE_HELLO)
    assert heard.told == []


def test_an_agent_of_another_name_counts_as_none() -> None:
    """It would refuse every result, for ever; better that the patient is told now."""
    heard = Heard()
    handler = _Handler(heard, PairedForGood(), "another clinic")
    handler.link_up(AGENT_HELLO)
    for message in MESSAGES:
        handler.received(message)
    handler.link_down(next(iter(ResetReason)))
    assert heard.told == []


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_only_what_an_agent_may_say_is_passed_on(message: Message) -> None:
    heard = Heard()
    handler = _Handler(heard, PairedForGood(), AGENT_HELLO.audience)
    handler.link_up(AGENT_HELLO)
    heard.told.clear()
    handler.received(message)
    allowed = {"VisitChallenge", "VisitOptions", "VisitRefused", "ResultAcknowledged"}
    told: dict[str, list[object]] = {"Unpaired": ["lost"], **{name: [message] for name in allowed}}
    assert heard.told == told.get(type(message).__name__, [])


def test_an_agent_that_unpaired_itself_is_nobody_any_more() -> None:
    heard = Heard()
    handler = _Handler(heard, PairedForGood(), AGENT_HELLO.audience)
    handler.link_up(AGENT_HELLO)
    heard.told.clear()
    handler.received(Unpaired())
    for message in MESSAGES:
        handler.received(message)
    handler.link_down(next(iter(ResetReason)))
    assert heard.told == ["lost"]


def test_a_disk_that_keeps_the_pairing_keeps_the_agent_too() -> None:
    class Stuck(PairedForGood):
        def forget(self, shown: bytes) -> None:
            raise OSError(5, "Input/output error")

    heard = Heard()
    handler = _Handler(heard, Stuck(), AGENT_HELLO.audience)
    handler.link_up(AGENT_HELLO)
    handler.received(Unpaired())
    assert heard.told == [AGENT_HELLO]


class CountingLink:
    """A link of which the handler needs the counters only."""

    peer_certificate = b""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    @property
    def counters(self) -> LinkCounters:
        return REPORT.link

    def send(self, message: Message) -> bool:
        self.sent.append(message)
        return True


@pytest.mark.parametrize(("audience", "is_told"), [(AGENT_HELLO.audience, True), ("other", False)])
def test_the_paired_agent_is_told_how_cable_and_results_are(audience: str, is_told: bool) -> None:
    link = CountingLink()
    handler = _Handler(Heard(), PairedForGood(), audience, cast(Link, link))
    handler.link_up(AGENT_HELLO)
    handler.received(ReportWanted())
    assert link.sent == ([DeviceReport(REPORT.results, REPORT.link)] if is_told else [])


def test_an_agent_that_asks_without_pause_gets_one_report_a_second() -> None:
    """Each is work of the thread that moves the bytes, and takes room that results need."""
    link, now_s = CountingLink(), 100.0
    handler = _Handler(
        Heard(), PairedForGood(), AGENT_HELLO.audience, cast(Link, link), lambda: now_s
    )
    handler.link_up(AGENT_HELLO)
    for _ in range(20):
        handler.received(ReportWanted())
        now_s += 0.25
    assert len(link.sent) == 5


def no_cable() -> ByteStream:
    raise CableLostError


def test_an_agent_of_another_clinic_is_told_nothing() -> None:
    paired = PairedForGood()
    host = Host(no_cable, cast(DeviceEnd, None), Heard(), paired, AGENT_HELLO.audience)
    host._link = cast(Link, link := CountingLink())
    host._handler.link_up(replace(AGENT_HELLO, audience="clinic-9999999-test"))
    assert not host.tell(MESSAGES[4])
    host._handler.link_up(AGENT_HELLO)
    assert host.tell(MESSAGES[4])
    host._handler.link_down(next(iter(ResetReason)))
    assert not host.tell(MESSAGES[4])
    assert link.sent == [MESSAGES[4]]


def test_without_a_link_nothing_is_told_and_closing_is_harmless() -> None:
    host = Host(no_cable, cast(DeviceEnd, None), Heard(), PairedForGood(), "clinic")
    assert host.tell(MESSAGES[4]) is False
    host.close()
