"""Whoever starts the agent is told what it serves, and which reader is away."""

import json
from pathlib import Path

import pytest

from agent.config import read_config
from agent.tasks.serving import tell_what_is_served
from tests.agent.paired import pair_with_reader
from tests.hostlink.pki import OTHER_UEID, UEID

CONFIG = """
audience = "clinic-0000000-test"
medical_institution_code = "1311234567"
pairings = "pairings"
trust_root = "maker.pem"
journal = "journal.jsonl"
card_trust = {{ anchors = ["cards.pem"] }}
store = {{ path = "agent.sqlite3" }}
eligibility = {{ source = "none" }}
{rest}
"""
SEVERAL = """
[api]
port = 8765
[[readers]]
counter = "1番窓口"
port = "ttyHERE"
[[readers]]
counter = "2番窓口"
port = "/nowhere/tty"
[[readers]]
counter = "3番窓口"
port = "ttyOTHER"
"""


def told(folder: Path, rest: str, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    path = folder / "agent.toml"
    path.write_text(CONFIG.format(rest=rest), encoding="utf-8")
    tell_what_is_served(read_config(path), folder)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [(line["level"], line["event"]) for line in lines]


def test_one_reader_that_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair_with_reader(tmp_path / "pairings")
    (tmp_path / "ttyREADER").touch()
    assert told(tmp_path, 'link = { port = "ttyREADER" }', capsys) == [
        (
            "info",
            "serving the reader; there is no console, for there is no [api] in the configuration",
        )
    ]


def test_several_of_which_one_is_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair_with_reader(tmp_path / "pairings", UEID, "1番窓口")
    pair_with_reader(tmp_path / "pairings", OTHER_UEID, "2番窓口")
    (tmp_path / "ttyHERE").touch()
    assert told(tmp_path, SEVERAL, capsys) == [
        (
            "warning",
            "reader at 2番窓口: /nowhere/tty is not there. Plug the reader in, or correct `port`.",
        ),
        (
            "info",
            "serving the reader at 1番窓口, the reader at 2番窓口;"
            " the console is at http://127.0.0.1:8765/",
        ),
    ]
