"""A reception desk for the flows; one desk serves many visits, as in a clinic."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.desk import Desk
from tests.hw_sim.bench import Bench


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """Reader and agent running, nobody there."""
    keys: Path = request.config.cache.mkdir("uketsuke-test-keys")
    with Bench(tmp_path_factory.mktemp("desk") / "bench", keys) as bench:
        yield Desk(bench)
