"""A reader that comes back under another name in the middle of a visit is found by its USB ids."""

import os
import select
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.assembly import assemble
from agent.config import read_config
from agent.service import StopWanted
from hostlink.messages import (
    ResultAcknowledged,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
)
from hostlink.terms import CardKind
from tests.agent.reader_end import PATIENCE_S, ReaderEnd
from tests.agent.replug_bench import BY_IDS, SERIAL_NUMBER, usb_reader
from tests.agent.running_agent import RunningAgent
from tests.agent.world import VISIT_ID, SigningReader, card, completed
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService
from tests.hw_sim.usb_host import UsbHost

BY_IDS_IN_TOML = (
    f"usb_vendor_id = {BY_IDS.usb_vendor_id}\nusb_product_id = {BY_IDS.usb_product_id}\n"
    f'usb_serial = "{SERIAL_NUMBER}"'
)
OTHER_READER = "UK-000999"


@pytest.fixture
def service() -> Iterator[EligibilityService]:
    with EligibilityService() as running:
        yield running


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UsbHost:
    made = UsbHost(tmp_path)
    monkeypatch.setattr("hostlink.serial_stream.list_ports.comports", made.comports)
    return made


@pytest.fixture
def reader(tmp_path: Path, host: UsbHost) -> Iterator[ReaderEnd]:
    with usb_reader(tmp_path, host) as end:
        yield end


@pytest.fixture
def agent(tmp_path: Path, service: EligibilityService) -> Iterator[RunningAgent]:
    """All of the agent's parts in this process, because here is the list of ports."""
    files = RunningAgent(tmp_path, service)
    path = tmp_path / "agent.toml"
    path.write_text(path.read_text().replace('port = "ttyREADER"', BY_IDS_IN_TOML))
    with assemble(read_config(path), tmp_path) as parts:
        thread = threading.Thread(target=parts.run)
        thread.start()
        yield files
        parts.service.post(StopWanted(None))
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_a_visit_goes_on_under_another_name(
    agent: RunningAgent, reader: ReaderEnd, service: EligibilityService
) -> None:
    patient = card(datetime.now(UTC).date() + timedelta(days=900))
    service.enroll(patient.sha256, UKETSUKE_TARO)
    reader.wait_up()
    opened = VisitOpened(VISIT_ID, CardKind.MY_NUMBER)
    challenge = reader.ask(opened, VisitChallenge)
    reader.ask(patient.prove(challenge), VisitOptions)
    name_before = reader.cable.port

    reader.cable.unplug()
    reader.downs.get(timeout=PATIENCE_S)
    reader.cable.plug()
    reader.wait_up()

    assert reader.cable.port != name_before
    again = reader.ask(opened, VisitChallenge)
    assert again.nonce == challenge.nonce
    result = SigningReader().sign(completed(again.nonce, VISIT_ID, datetime.now(UTC)))
    assert reader.ask(result, ResultAcknowledged).seq == result.seq
    assert agent.take().header["ArbitraryFileIdentifier"] == VISIT_ID.hex()
    assert agent.events().count("started") == 1
    assert "alarm" not in agent.events()


def test_another_reader_of_the_same_make_is_left_alone(
    agent: RunningAgent, host: UsbHost, reader: ReaderEnd
) -> None:
    """It takes the name that ours had, and hears nothing."""
    reader.wait_up()
    # The reader's end is up a moment before the agent's: else this could cut off the agent's.
    agent.wait_for_event("link_up")
    name_before = reader.cable.port
    reader.cable.unplug()
    reader.downs.get(timeout=PATIENCE_S)
    other_name, other_end = host.plug(OTHER_READER)
    assert other_name == name_before

    reader.cable.plug()
    reader.wait_up()

    # Nobody ever opened it: its own end sees a port that is hung up.
    is_readable, _, _ = select.select([other_end], [], [], 0)
    with pytest.raises(OSError, match="Input/output error"):
        os.read(other_end, 1) if is_readable else None
    os.close(other_end)
    agent.wait_for_event("link_up", count=2)
