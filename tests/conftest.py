"""Fixtures that lend the simulated hardware to tests.

`make test` runs each of its processes inside a namespace (`tests.hw_sim.namespace`), so that a real
pcscd can run without touching the machine's own, nor another process's. Outside of one these
fixtures fail, they never skip.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.vicc import VirtualSlot
from tests.hw_sim.namespace import is_isolated
from tests.hw_sim.pcscd import NOT_ISOLATED, Pcscd

LONGEST = Path(__file__).parent / "torture"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folder with the longest files first: no process is left with one while others idle."""
    items.sort(key=lambda item: not item.path.is_relative_to(LONGEST))


@pytest.fixture(scope="session")
def issuer(request: pytest.FixtureRequest) -> Issuer:
    """Issuer of simulated cards; its keys are kept in pytest's cache folder between runs."""
    return Issuer(request.config.cache.mkdir("uketsuke-test-keys"))


@pytest.fixture
def pcscd() -> Iterator[Pcscd]:
    """A real pcscd with an empty virtual reader."""
    if not is_isolated():
        pytest.fail(NOT_ISOLATED, pytrace=False)
    with Pcscd() as daemon:
        yield daemon


@pytest.fixture
def slot(pcscd: Pcscd) -> Iterator[VirtualSlot]:
    """The place on the virtual reader of the running pcscd."""
    with VirtualSlot() as place:
        yield place
