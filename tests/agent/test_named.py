"""Which readers an agent may start with."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from agent.config import Config, parse_config
from agent.errors import ConfigError, NotPairedError
from agent.named import paired_readers, relays_of
from agent.pairings import Pairings
from tests.agent.paired import pair_with_reader
from tests.agent.running_agent import CONFIG
from tests.agent.world import AUDIENCE, INSTITUTION
from tests.hostlink.pki import UEID

API = "\n[api]\nport = 0\n"


def config_in(folder: Path, more: str = "") -> Config:
    """Of an agent with one reader."""
    text = CONFIG.format(audience=AUDIENCE, institution=INSTITUTION, url="http://127.0.0.1:1")
    return parse_config(text + more, folder / "agent.toml")


def test_without_a_console_a_reader_is_paired_first(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    with pytest.raises(NotPairedError, match="agent pair"):
        paired_readers(config, Pairings(config.pairings))


def test_the_console_is_how_the_first_one_is_paired(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = config_in(tmp_path, API)
    assert paired_readers(config, Pairings(config.pairings)) == {}
    assert "no reader is paired" in capfd.readouterr().err


def test_a_damaged_pairing_is_said_even_so(tmp_path: Path) -> None:
    config = config_in(tmp_path, API)
    pair_with_reader(config.pairings)
    (config.pairings / f"{UEID.hex()}.pairing").write_bytes(b"{")
    with pytest.raises(ConfigError, match="cannot be read"):
        paired_readers(config, Pairings(config.pairings))


def test_two_relays_with_one_folder_are_refused(tmp_path: Path) -> None:
    second = '[[relays]]\ntarget = "oqs_folder"\nname = "second"\nfolder = "{}"\n'
    source = Mock(knows_people=True)
    shared = 'other"\nstaging_folder = "reception'
    for folder in ("reception", "other/../reception", shared):
        config = config_in(tmp_path, second.format(folder))
        with pytest.raises(ConfigError, match="second: name folders of its own"):
            relays_of(config, tmp_path, source)
    relays_of(config_in(tmp_path, second.format("other")), tmp_path, source)
