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
    running_desk.wait_until(
        lambda: set(running_desk.completed()) <= set(running_desk.received()),
        "the files of all completed visits",
    )
    running_desk.assert_exactly_once()


@pytest.fixture(scope="module")
def running_desk(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """Reader and agent running, nobody there."""
    keys: Path = request.config.cache.mkdir("uketsuke-test-keys")
    folder = tmp_path_factory.mktemp("desk") / "bench"
    with Bench(folder, keys, limits={"agent_s": 3.0}) as bench:
        desk = Desk(bench)
        yield desk
    # Both programs have ended: a file that came late and twice would lie there now.
    desk.assert_exactly_once()
