"""The command that names a reader's pairings and takes one off."""

import sys
from pathlib import Path

import pytest

from device.factory.__main__ import main
from device.pairings import Pairings
from tests.device.test_config import GOOD
from tests.device.test_pairings import paired


@pytest.fixture
def pairings(tmp_path: Path) -> Pairings:
    (tmp_path / "device.toml").write_text(GOOD)
    return Pairings(tmp_path / "state/pairings", None)


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, *task: str) -> int:
    command = ["factory", "pairings", *task, "--config", str(folder / "device.toml")]
    monkeypatch.setattr(sys, "argv", command)
    return main()


def test_they_are_named_and_one_is_taken_off(
    tmp_path: Path,
    pairings: Pairings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("受付１", "受付２"):
        paired(pairings, name)
    assert run(tmp_path, monkeypatch, "list") == 0
    assert set(capsys.readouterr().out.splitlines()) == {
        "受付１  (for clinic)",
        "受付２  (for clinic)",
    }
    assert run(tmp_path, monkeypatch, "forget", "受付１") == 0
    assert [each.agent_name for each in Pairings(tmp_path / "state/pairings", None).all] == [
        "受付２"
    ]


def test_a_name_nobody_has_is_told(
    tmp_path: Path,
    pairings: Pairings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    paired(pairings)
    assert run(tmp_path, monkeypatch, "forget", "受付９") == 1
    assert "受付９" in capsys.readouterr().err
    assert len(pairings.all) == 1


def test_none_is_said_too(
    tmp_path: Path,
    pairings: Pairings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert pairings.all == ()
    assert run(tmp_path, monkeypatch, "list") == 0
    assert capsys.readouterr().out == "this reader is not paired\n"
