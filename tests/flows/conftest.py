"""A reception desk for the flows; one desk serves many visits, as in a clinic."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.desk import Desk
from tests.hw_sim.bench import Bench


@pytest.fixture
def desk(running_desk: Desk) -> Iterator[Desk]:
    """The desk, tidied up after each test, whatever happened in it."""
    yield running_desk
    running_desk.tidy_up()


@pytest.fixture(scope="module")
def running_desk(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """Reader and agent running, nobody there."""
    keys: Path = request.config.cache.mkdir("uketsuke-test-keys")
    folder = tmp_path_factory.mktemp("desk") / "bench"
    with Bench(folder, keys, limits={"agent_s": 3.0}) as bench:
        yield Desk(bench)
