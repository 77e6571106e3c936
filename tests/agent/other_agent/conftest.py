"""The agent in another language, with the reader's real end opposite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.other_agent.bench import OtherAgent
from tests.agent.reader_end import ReaderEnd
from tests.agent.world import AUDIENCE, SigningReader


@pytest.fixture
def signing() -> SigningReader:
    return SigningReader()


@pytest.fixture
def reader(tmp_path: Path, signing: SigningReader) -> Iterator[ReaderEnd]:
    with ReaderEnd(tmp_path, lambda: signing.next_seq) as end:
        yield end


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[OtherAgent]:
    made = OtherAgent(tmp_path)
    yield made
    assert made.processes.stop() == []


@pytest.fixture
def connected(reader: ReaderEnd, agent: OtherAgent) -> ReaderEnd:
    agent.start()
    assert reader.wait_up().audience == AUDIENCE
    return reader
