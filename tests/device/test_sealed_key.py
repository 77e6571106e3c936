"""A sealed key opens on its board and nowhere else, and no power cut loses it."""

import os
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_public_key,
)

from device import sealed_key
from device.disk import keep_file
from device.errors import ConfigurationError
from device.sealed_key import KeyFile
from tests.device.keys.board import board_secret, write_secret
from tests.device.pinpad.fake_disk import crashes
from tests.device.recorded_disk import lay_out, recorded
from tests.hostlink.pki import READER


@pytest.fixture
def secret() -> Iterator[Path]:
    with board_secret() as path:
        yield path


@pytest.fixture
def other_board() -> Iterator[Path]:
    with board_secret() as path:
        yield path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An open key, as a reader of today has it."""
    return READER.write(tmp_path, "reader")[1]


@pytest.fixture
def sealed(path: Path, secret: Path) -> KeyFile:
    key = KeyFile(path, secret)
    key.seal()
    return key


def is_readers(key: ec.EllipticCurvePrivateKey) -> bool:
    return key.private_numbers() == READER.key.private_numbers()


def test_a_sealed_key_is_the_same_key_on_its_board(sealed: KeyFile) -> None:
    assert is_readers(sealed.open())
    assert sealed.path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert sealed.path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in sealed.path.parent.iterdir()] == ["reader.key", "reader.pem"]


def test_a_copied_file_does_not_open_on_another_board(sealed: KeyFile, other_board: Path) -> None:
    before = sealed.path.read_bytes()
    with pytest.raises(ConfigurationError, match="sealed on another board"):
        KeyFile(sealed.path, other_board).open()
    with pytest.raises(ConfigurationError, match="set `device_secret`"):
        KeyFile(sealed.path, None).open()
    assert sealed.path.read_bytes() == before


def opens_elsewhere(sealed: KeyFile, other_board: Path) -> bool:
    try:
        return is_readers(KeyFile(sealed.path, other_board).open())
    except ConfigurationError:
        return False


def test_a_key_under_a_constant_lock_would_be_seen(
    path: Path, secret: Path, other_board: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: a password from the program instead of from the board."""
    monkeypatch.setattr(sealed_key, "board_key", lambda secret, key, purpose: b"the same anywhere")
    constant = KeyFile(path, secret)
    constant.seal()
    assert opens_elsewhere(constant, other_board)


def test_the_real_lock_passes_that_check(sealed: KeyFile, other_board: Path) -> None:
    assert not opens_elsewhere(sealed, other_board)


UNPROGRAMMED = {
    "zeros": bytes(32),
    "zeros in hex": b"0" * 64 + b"\n",
    "ones": b"\xff" * 64,
    "short": bytes(range(31)),
}


@pytest.mark.parametrize("content", UNPROGRAMMED.values(), ids=UNPROGRAMMED)
def test_unprogrammed_fuses_are_no_secret(path: Path, secret: Path, content: bytes) -> None:
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="no secret of a board"):
        KeyFile(path, write_secret(secret, content)).seal()
    assert path.read_bytes() == before


def test_the_lock_does_not_hang_beside_its_key(path: Path) -> None:
    beside = write_secret(path.with_name("device.secret"), bytes(range(32)))
    with pytest.raises(ConfigurationError, match="on the file system of"):
        KeyFile(path, beside).seal()


def test_an_open_key_where_a_sealed_one_is_meant_is_told(path: Path, secret: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"lies open .* identity seal"):
        KeyFile(path, secret).open()


def test_sealing_needs_a_board_and_an_open_key(sealed: KeyFile) -> None:
    with pytest.raises(ConfigurationError, match="set `device_secret`"):
        KeyFile(sealed.path, None).seal()
    with pytest.raises(ConfigurationError, match="is sealed"):
        sealed.seal()
    assert is_readers(sealed.open())


def test_a_new_key_is_sealed_from_its_first_byte_and_replaces_none(
    tmp_path: Path, secret: Path
) -> None:
    new = KeyFile(tmp_path / "new.key", secret)
    made = new.make()
    assert new.open().private_numbers() == made.private_numbers()
    assert b"ENCRYPTED" in new.path.read_bytes()
    with pytest.raises(ConfigurationError, match="nothing was changed"):
        new.make()


def test_no_changed_byte_gives_another_key(sealed: KeyFile) -> None:
    """The cipher alone does not promise it; the form of a key and its public half do."""
    password = sealed.password()
    der = sealed.open().private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(password or b"")
    )
    others = 0
    for place in range(len(der)):
        changed = bytearray(der)
        changed[place] ^= 1 << place % 8
        others += _gives_another_key(bytes(changed), sealed)
    assert others == 0


def _gives_another_key(der: bytes, sealed: KeyFile) -> bool:
    pem = ssl.DER_cert_to_PEM_cert(der).replace("CERTIFICATE", "ENCRYPTED PRIVATE KEY")
    sealed.path.write_text(pem)
    try:
        return not is_readers(sealed.open())
    except ConfigurationError:
        return False


def outcomes(path: Path, secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What the key file is after sealing was cut by power failure at every place."""
    with recorded(path.parent, monkeypatch) as disk:
        plain = path.read_bytes()
        path.unlink()
        keep_file(path, plain)
        disk.mark("open")
        KeyFile(path, secret).seal()
        disk.mark("sealed")
    found = set()
    for number, crash in enumerate(crashes(disk)):
        if not crash.marks:
            continue
        folder = tmp_path / f"after-{number}"
        lay_out(crash, folder)
        found.add(f"{crash.marks[-1]}: {_state(folder / path.name, secret)}")
    return found


def _state(path: Path, secret: Path) -> str:
    for state, key in (("open", KeyFile(path, None)), ("sealed", KeyFile(path, secret))):
        try:
            return state if is_readers(key.open()) else "another key"
        except ConfigurationError:
            continue
    return "lost"


def test_a_power_cut_while_sealing_loses_no_key(
    path: Path, secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = outcomes(path, secret, tmp_path, monkeypatch)
    assert found == {"open: open", "open: sealed", "sealed: sealed"}


def test_sealing_in_place_would_be_seen(
    path: Path, secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the sealed key is written over the open one."""

    def write_over(target: Path, content: bytes) -> None:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(descriptor, content)
        os.fsync(descriptor)
        os.close(descriptor)

    monkeypatch.setattr(sealed_key, "keep_file", write_over)
    assert "open: lost" in outcomes(path, secret, tmp_path, monkeypatch)


def test_openssl_reads_the_file_with_the_password(sealed: KeyFile) -> None:
    public = subprocess.run(
        ["openssl", "pkey", "-in", sealed.path, "-passin", "stdin", "-pubout"],
        input=sealed.password(),
        capture_output=True,
        check=True,
    ).stdout
    assert load_pem_public_key(public) == READER.leaf.public_key()
