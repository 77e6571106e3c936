"""The unit files that are installed start the programs that are tested, and open nothing."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

IMAGE = Path(__file__).parents[3] / "image"
UNITS = sorted(path.name for path in IMAGE.glob("*.service"))


def command(unit: str = "uketsuke-kiosk.service") -> list[str]:
    lines = (IMAGE / unit).read_text().replace("\\\n", " ").splitlines()
    (line,) = (line for line in lines if line.startswith("ExecStart="))
    return shlex.split(line.removeprefix("ExecStart="))


def test_it_starts_the_kiosk_with_the_reader_s_configuration() -> None:
    words = command()
    assert words[1:3] == ["-m", "device.kiosk"]
    assert words[3:6] == ["--config", "/etc/uketsuke/reader.toml", "--"]
    assert words[6:9] == ["cage", "--", "chromium"]


def test_the_browser_keeps_nothing_and_nobody_can_steer_it_from_outside() -> None:
    words = command()
    assert {"--kiosk", "--incognito", "--disable-pinch"} <= set(words)
    assert not [word for word in words if "remote-debugging" in word or "no-sandbox" in word]


def test_the_reader_s_own_unit_starts_the_reader() -> None:
    words = command("uketsuke-reader.service")
    assert words[1:] == ["-m", "device", "--config", "/etc/uketsuke/reader.toml"]


def test_a_reader_that_is_configured_wrongly_does_not_use_up_a_token_s_tries() -> None:
    lines = (IMAGE / "uketsuke-reader.service").read_text().splitlines()
    assert "RestartPreventExitStatus=2" in lines


def test_the_agent_s_unit_starts_the_agent_and_watches_it() -> None:
    words = command("uketsuke-agent.service")
    assert words[1:] == ["-m", "agent", "--config", "/etc/uketsuke/agent.toml"]
    lines = set((IMAGE / "uketsuke-agent.service").read_text().splitlines())
    assert {"Type=notify", "WatchdogSec=30", "LimitCORE=0"} <= lines


@pytest.mark.parametrize("unit", UNITS)
def test_none_is_ever_given_up_or_runs_as_root(unit: str) -> None:
    lines = (IMAGE / unit).read_text().splitlines()
    assert {"StartLimitIntervalSec=0", "Restart=always"} <= set(lines)
    assert any(line.startswith("User=uketsuke") for line in lines)
    assert any(line.startswith("WantedBy=multi-user.target") for line in lines)


def test_units_name_only_each_other_and_the_system_s() -> None:
    named = {word for unit in UNITS for word in (IMAGE / unit).read_text().split()}
    ours = {word for word in named if word.startswith("uketsuke-") and word.endswith(".service")}
    assert ours <= set(UNITS)


def complaints(text: str, folder: Path) -> list[str]:
    """What systemd says of the agent's unit, as if its program were installed."""
    program = command("uketsuke-agent.service")[0]
    unit = folder / "uketsuke-agent.service"
    unit.write_text(text.replace(f"ExecStart={program} ", f"ExecStart={sys.executable} "))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    # It looks at the units of this machine that it names as well.
    return [line for line in done.stderr.splitlines() if unit.name in line]


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="it comes with Debian's chromium"
)
def test_systemd_understands_every_line_of_the_agent_s_unit(tmp_path: Path) -> None:
    text = (IMAGE / "uketsuke-agent.service").read_text()
    assert complaints(text, tmp_path) == []
    misspelt = text.replace("WatchdogSec=", "WatchdogSecs=")
    (complaint,) = complaints(misspelt, tmp_path)
    assert "WatchdogSecs" in complaint, "control"
