"""The command on a key in a file, and everything it refuses."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from device.factory.__main__ import main
from device.sealed_key import KeyFile
from tests.device.factory.identity.documented import run
from tests.device.keys.board import board_secret
from tests.hostlink.pki import UEID

FILE = """\
[identity]
name = "file"
[identity.settings]
key = "reader.key"
certificate = "reader.pem"
{secret}

[link]
key = "link.key"
certificate = "link.pem"
{secret}
"""


@pytest.fixture
def secret() -> Iterator[Path]:
    with board_secret() as path:
        yield path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "reader.toml"
    path.write_text(FILE.format(secret=""))
    return path


class Command:
    """Runs the command as a maker types it."""

    def __init__(self, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._config = config
        self._patch = monkeypatch

    def __call__(self, task: str, *more: str) -> int:
        words = ["factory", "identity", task, "--config", str(self._config), *more]
        self._patch.setattr(sys, "argv", words)
        return main()


@pytest.fixture
def command(config: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(config, monkeypatch)


def requested(config: Path, command: Command, *more: str) -> x509.CertificateSigningRequest:
    out = config.with_name("request.csr")
    assert command("request", "--ueid", UEID.hex(), "--out", str(out), *more) == 0
    request = x509.load_pem_x509_csr(out.read_bytes())
    assert request.is_signature_valid
    return request


def test_a_key_is_made_once_and_its_request_names_the_reader(
    config: Path, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("make-key") == 0
    key = config.with_name("reader.key").read_bytes()
    request = requested(config, command)
    (serial,) = request.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    assert serial.value == UEID.hex()
    assert request.public_key() == KeyFile(config.with_name("reader.key"), None).open().public_key()
    assert command("make-key") == 1
    assert "nothing was changed" in capsys.readouterr().err
    assert config.with_name("reader.key").read_bytes() == key


def test_the_cable_s_key_is_another_one_and_bears_no_serial_number(
    config: Path, command: Command
) -> None:
    assert command("make-key") == command("make-key", "--link") == 0
    request = requested(config, command, "--link")
    assert request.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER) == []
    assert request.public_key() == KeyFile(config.with_name("link.key"), None).open().public_key()


@pytest.mark.parametrize("more", [(), ("--link",)])
def test_an_open_key_is_sealed_in_place(
    config: Path, command: Command, secret: Path, more: tuple[str, ...]
) -> None:
    assert command("make-key", *more) == 0
    path = config.with_name("link.key" if more else "reader.key")
    before = KeyFile(path, None).open().private_numbers()
    config.write_text(FILE.format(secret=f'device_secret = "{secret}"'))
    assert command("seal", *more) == 0
    assert KeyFile(path, secret).open().private_numbers() == before
    assert command("seal", *more) == 1


def test_the_manual_s_command_seals_too(config: Path, command: Command, secret: Path) -> None:
    assert command("make-key") == 0
    config.write_text(FILE.format(secret=f'device_secret = "{secret}"'))
    assert "this board only" in run("A reader that has an open key file", config.parent)
    KeyFile(config.with_name("reader.key"), secret).open()


REFUSED = {
    "no secret": (FILE.format(secret=""), ("seal",), "set `device_secret`"),
    "no file": ('[identity]\nname = "pkcs11"\n', ("seal",), 'store "file"'),
    "no table": ("", ("make-key",), r"the table [identity] is missing"),
    "no link": ("", ("make-key", "--link"), r"the table [link] is missing"),
    "no TOML": ("[", ("make-key",), "reader.toml"),
    "no store": ('[identity]\nname = "port"\n', ("make-key",), "no adapter"),
    "no UEID": (FILE.format(secret=""), ("request", "--ueid", "00", "--out", "x"), "7 to 33"),
    "no folder": (
        FILE.format(secret=""),
        ("request", "--ueid", UEID.hex(), "--out", "/nowhere/reader.csr"),
        "/nowhere/reader.csr: No such file",
    ),
    "no hex": (FILE.format(secret=""), ("request", "--ueid", "xy", "--out", "x"), "7 to 33"),
}


@pytest.mark.parametrize(("toml", "words", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_told(
    config: Path,
    command: Command,
    capsys: pytest.CaptureFixture[str],
    toml: str,
    words: tuple[str, ...],
    sentence: str,
) -> None:
    assert command("make-key") == 0
    config.write_text(toml)
    assert command(*words) == 1
    assert sentence in capsys.readouterr().err


def test_a_missing_configuration_is_told(
    config: Path, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    config.unlink()
    assert command("make-key") == 1
    assert "reader.toml: No such file" in capsys.readouterr().err
