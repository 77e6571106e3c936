"""The unit file that is installed starts the program that is tested, and opens nothing."""

import shlex
from pathlib import Path

UNIT = Path(__file__).parents[3] / "image" / "uketsuke-kiosk.service"


def command() -> list[str]:
    lines = UNIT.read_text().replace("\\\n", " ").splitlines()
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
