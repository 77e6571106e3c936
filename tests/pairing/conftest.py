"""Where the agent in another language stands."""

from pathlib import Path

import pytest

from tests.hostlink.other_end_program import Surroundings
from tests.hostlink.pki import MAKER
from tests.pairing.ends import AUDIENCE


@pytest.fixture
def at(tmp_path: Path) -> Surroundings:
    root, _ = MAKER.write(tmp_path, "maker")
    return Surroundings(tmp_path, tmp_path / "ttyREADER", root, AUDIENCE)
