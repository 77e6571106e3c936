"""Only files in the adapters' folder can be named, and their settings are checked."""

import sys
from pathlib import Path

import pytest

import agent.eligibility
import agent.relays
from agent.adapters import create_adapter
from agent.eligibility.http import HttpSource
from agent.errors import ConfigError
from agent.relays.oqs_folder import OqsFolder
from agent.relays.port import Prepared
from tests.agent.relays.test_oqs_file import RECEPTION


def test_the_file_of_that_name_makes_the_adapter(tmp_path: Path) -> None:
    (tmp_path / "face").mkdir()
    relay = create_adapter(agent.relays, "oqs_folder", {"folder": "face"}, tmp_path)
    assert isinstance(relay, OqsFolder)
    assert isinstance(relay.prepare(RECEPTION), Prepared)
    source = create_adapter(agent.eligibility, "http", {"url": "https://x.invalid"}, tmp_path)
    assert isinstance(source, HttpSource)
    source.close()


@pytest.mark.parametrize("name", ["port", "_oqs_file", "__init__", "os", "..config", "", "a.b"])
def test_nothing_else_can_be_named(name: str) -> None:
    with pytest.raises(ConfigError, match=r"choose one of fhir, http_post, oqs_folder$"):
        create_adapter(agent.relays, name, {}, Path())


def test_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("http", "_asking"):
        monkeypatch.delitem(sys.modules, f"agent.eligibility.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(ConfigError, match=r"^agent\.eligibility: http needs .* 'httpx'$"):
        create_adapter(agent.eligibility, "http", {"url": "https://x.invalid"}, Path())


def test_settings_are_checked() -> None:
    with pytest.raises(ConfigError, match=r"settings of oqs_folder: .*`colour`"):
        create_adapter(agent.relays, "oqs_folder", {"folder": "face", "colour": "red"}, Path())
