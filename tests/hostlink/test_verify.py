"""The command for auditors, and OpenSSL alone as the second judge."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

import hostlink
from hostlink import verify
from hostlink.errors import InvalidResultError
from hostlink.signing import sign_result
from tests.hostlink import pki
from tests.hostlink.pki import MAKER, READER, STRANGE_MAKER, Identity
from tests.hostlink.samples import ABANDONED, COMPLETED, FACE_MATCHED, claims_of

GOOD = sign_result(claims_of(COMPLETED), READER.sign, READER.chain_der)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "result.cose").write_bytes(GOOD)
    (tmp_path / "root.pem").write_bytes(MAKER.leaf.public_bytes(Encoding.PEM))
    (tmp_path / "stranger.pem").write_bytes(STRANGE_MAKER.leaf.public_bytes(Encoding.PEM))
    return tmp_path


def openssl(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", *command.split()], cwd=folder, capture_output=True, text=True, check=False
    )


def test_good(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(folder / "result.cose"), "--trust", str(folder / "root.pem")]
    assert verify.main(arguments) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["valid"] is True
    assert printed["claims"]["seq"] == 42
    assert printed["claims"]["record"]["outcome"] == "COMPLETED"
    assert printed["claims"]["record"]["consents"][0]["answer"] == "GIVEN"
    assert printed["claims"]["ueid"] == pki.UEID.hex()
    assert len(printed["payload_sha256"]) == 64


def test_a_face_match_is_printed_as_band_and_threshold(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = sign_result(claims_of(FACE_MATCHED), READER.sign, READER.chain_der)
    (folder / "result.cose").write_bytes(result)
    verify.main([str(folder / "result.cose"), "--trust", str(folder / "root.pem")])
    printed = json.loads(capsys.readouterr().out)
    assert printed["claims"]["record"]["match"] == {
        "band": "CLEAR_MATCH",
        "threshold_id": "adults-1e-4",
    }


def test_invalid(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(folder / "result.cose"), "--trust", str(folder / "stranger.pem")]
    export = folder / "export"
    assert verify.main([*arguments, "--export", str(export)]) == 1
    assert json.loads(capsys.readouterr().out) == {"valid": False, "reason": "chain_untrusted"}
    assert not export.exists()


@pytest.mark.parametrize(
    ("file", "trust"),
    [("missing.cose", "root.pem"), ("result.cose", "missing.pem"), ("result.cose", "result.cose")],
)
def test_unreadable(
    folder: Path, capsys: pytest.CaptureFixture[str], file: str, trust: str
) -> None:
    assert verify.main([str(folder / file), "--trust", str(folder / trust)]) == 2
    assert json.loads(capsys.readouterr().out)["valid"] is None


def test_export_that_cannot_be_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(folder / "result.cose"), "--trust", str(folder / "root.pem")]
    assert verify.main([*arguments, "--export", str(folder / "root.pem")]) == 2
    assert json.loads(capsys.readouterr().out)["error"] == "FileExistsError"


def test_wrong_usage() -> None:
    with pytest.raises(SystemExit) as left:
        verify.main([])
    assert left.value.code == 2


def test_as_a_command(folder: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m hostlink.verify result.cose --trust root.pem --export .".split(),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(hostlink.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["valid"] is True
    assert (folder / "tbs.bin").exists()


def openssl_believes(folder: Path) -> bool:
    """The recipe of docs/HOSTLINK.md."""
    has_intermediates = (folder / "intermediates.pem").exists()
    untrusted = "-untrusted intermediates.pem " if has_intermediates else ""
    public_key = openssl(folder, "x509 -in leaf.pem -noout -pubkey -out leaf-key.pem")
    signed = openssl(folder, "dgst -sha256 -verify leaf-key.pem -signature signature.der tbs.bin")
    chain = openssl(folder, f"verify -no_check_time -CAfile root.pem {untrusted}leaf.pem")
    return (public_key.returncode, signed.returncode, chain.returncode) == (0, 0, 0)


@pytest.mark.parametrize("identity", [READER, pki.issue(READER.leaf.subject, 30, MAKER)])
def test_openssl_agrees(folder: Path, identity: Identity) -> None:
    verify.export(sign_result(claims_of(ABANDONED), identity.sign, identity.chain_der), folder)
    assert openssl_believes(folder)


@pytest.mark.parametrize("file", ["tbs.bin", "signature.der"])
def test_openssl_refuses_what_was_changed(folder: Path, file: str) -> None:
    verify.export(GOOD, folder)
    data = bytearray((folder / file).read_bytes())
    data[-1] ^= 1
    (folder / file).write_bytes(data)
    assert not openssl_believes(folder)


def test_openssl_refuses_another_maker(folder: Path) -> None:
    verify.export(GOOD, folder)
    (folder / "root.pem").write_bytes((folder / "stranger.pem").read_bytes())
    assert not openssl_believes(folder)


def test_export_refuses_a_wrong_form(folder: Path) -> None:
    with pytest.raises(InvalidResultError):
        verify.export(b"", folder)


def test_nothing_but_claims_can_be_shown() -> None:
    with pytest.raises(TypeError):
        verify.as_json(object())
