"""The command that sets the reader's own PINs, and the folder in which they lie."""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.factory import password
from device.factory.__main__ import main
from device.pinpad.errors import AttemptLogError
from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.opening import opened_own_pins
from device.pinpad.own_pins.own_pins import Locked, NotSet, OwnPinToken
from device.pinpad.pin import Pin
from tests.device.keys.board import board_secret

FACILITY = "730581"
CONFIG = """\
state_folder = "state"
slot = {{ name = "pcsc" }}
identity = {{ name = "file" }}
camera = {{ name = "frames" }}
screen = {{ token_file = "screen.token" }}

[link]
port = "/dev/ttyGS0"
certificate = "link.pem"
key = "link.key"
{secret}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "reader.toml"
    path.write_text(CONFIG.format(secret=""))
    return path


@pytest.fixture
def secret() -> Iterator[Path]:
    with board_secret() as path:
        yield path


class Pipe(io.TextIOWrapper):
    """Standard input from another program."""


class Terminal(io.TextIOWrapper):
    """Standard input at which somebody types."""

    def isatty(self) -> bool:
        return True


class Command:
    """Runs the command as a maker types it."""

    def __init__(self, config: Path, patch: pytest.MonkeyPatch) -> None:
        self._config = config
        self._patch = patch

    def __call__(self, which: str, typed: bytes, stdin: type[io.TextIOWrapper] = Pipe) -> int:
        words = ["factory", "password", "set", which, "--config", str(self._config)]
        self._patch.setattr(sys, "argv", words)
        self._patch.setattr(sys, "stdin", stdin(io.BytesIO(typed)))
        return main()


@pytest.fixture
def command(config: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(config, monkeypatch)


def guess(config: Path, digits: str, secret: Path | None = None) -> object:
    with opened_own_pins(config.parent / "state/pin", secret) as pins:
        token = pins.begin_attempt(OwnPinName.FACILITY)
        if not isinstance(token, OwnPinToken):
            return token
        return pins.check(token, Pin(bytearray(digits.encode())))


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nmore"])
def test_the_first_line_becomes_the_pin(
    config: Path, command: Command, capsys: pytest.CaptureFixture[str], end: str
) -> None:
    assert command("facility", (FACILITY + end).encode()) == 0
    assert capsys.readouterr().out == "the facility PIN is set\n"
    assert guess(config, FACILITY) is True
    assert guess(config, "000000") is False


def test_the_files_are_for_the_readers_user_alone(config: Path, command: Command) -> None:
    command("facility", FACILITY.encode())
    folder = config.parent / "state/pin"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("typed", [b"", b"12345\n", b"abcdef\n", b"1" * 1000])
def test_an_unsuitable_pin_is_refused_and_not_shown(
    config: Path, command: Command, capsys: pytest.CaptureFixture[str], typed: bytes
) -> None:
    assert command("facility", typed) == 1
    said = capsys.readouterr()
    assert "6 to 32 digits" in said.err
    assert not typed.strip() or typed.strip().decode() not in said.out + said.err
    assert guess(config, FACILITY) == NotSet()


@pytest.mark.parametrize("again", [FACILITY, "111111"])
def test_at_a_terminal_it_is_typed_twice_and_never_shown(
    config: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    again: str,
) -> None:
    typed = iter((FACILITY, again))
    monkeypatch.setattr(password, "getpass", lambda prompt: next(typed))
    assert command("facility", b"", Terminal) == (again != FACILITY)
    said = capsys.readouterr()
    assert FACILITY not in said.out + said.err
    assert guess(config, FACILITY) == (True if again == FACILITY else NotSet())


def test_a_reader_that_runs_must_be_stopped_first(
    config: Path, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened_own_pins(config.parent / "state/pin", None):
        assert command("facility", FACILITY.encode()) == 1
    assert "stop the reader first" in capsys.readouterr().err
    assert command("facility", FACILITY.encode()) == 0


def test_a_folder_that_cannot_be_written_is_told(
    config: Path, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "state").write_text("no folder")
    assert command("facility", FACILITY.encode()) == 1
    assert "state" in capsys.readouterr().err


def test_a_disk_that_fails_is_told_in_a_sentence(
    command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(5, os.strerror(5))

    monkeypatch.setattr("device.pinpad.disk.os.fsync", fail)
    monkeypatch.setattr("device.pinpad.own_pins.opening.keep_folder", os.makedirs)
    monkeypatch.setattr(
        "device.pinpad.own_pins.opening.read_reader_key", lambda path: bytes(range(32))
    )
    assert command("facility", FACILITY.encode()) == 1
    assert str(AttemptLogError()) in capsys.readouterr().err


def test_with_a_secret_of_the_board_a_copied_storage_is_locked(
    config: Path, command: Command, secret: Path
) -> None:
    config.write_text(CONFIG.format(secret=f'device_secret = "{secret}"'))
    assert command("facility", FACILITY.encode()) == 0
    assert guess(config, FACILITY, secret) is True
    with board_secret() as other:
        assert guess(config, FACILITY, other) == Locked()


def test_without_one_a_copied_storage_is_as_good_as_the_reader(
    config: Path, command: Command
) -> None:
    """The negative control, and what SECURITY.md admits."""
    assert command("facility", FACILITY.encode()) == 0
    copy = config.parent / "copy"
    (copy / "state").mkdir(parents=True)
    (config.parent / "state/pin").rename(copy / "state/pin")
    assert guess(copy / "reader.toml", FACILITY) is True
