"""docs/HOSTLINK.md says what the code does: its vectors and commands are executed as they stand."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

import hostlink
from hostlink import codec, verify
from hostlink.errors import InvalidResultReason, MalformedMessageError
from hostlink.frame import Frame, FrameDecoder, encode_frame
from hostlink.messages import VisitRecord
from hostlink.reset import ResetReason
from hostlink.signing import sign_result, verify_result
from tests.hostlink import pki, samples

REPOSITORY = Path(hostlink.__file__).parents[1]
DOCUMENT = (REPOSITORY / "docs" / "HOSTLINK.md").read_text(encoding="utf-8")
RECORDED = Path(__file__).with_name("vectors") / "v1"


def block(kind: str) -> list[str]:
    """The lines of one fenced block."""
    found = re.search(rf"^```{kind}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found is not None, kind
    return found[1].splitlines()


@pytest.mark.parametrize("line", block("vectors-frame"))
def test_frame_vectors(line: str) -> None:
    fields, encoded = line.split("=")
    kind, epoch, seq, *payload = fields.split()
    frame = Frame(int(kind), int(epoch, 16), int(seq, 16), bytes.fromhex("".join(payload)))
    assert encode_frame(frame) == bytes.fromhex(encoded)
    assert list(FrameDecoder().feed(bytes.fromhex(encoded))) == [frame]


def test_message_vectors() -> None:
    vectors = [bytes.fromhex(line) for line in block("vectors-message")]
    assert [codec.decode(vector) for vector in vectors] == list(samples.MESSAGES)
    assert [codec.encode(message) for message in samples.MESSAGES] == vectors


@pytest.mark.parametrize("line", block("vectors-malformed"))
def test_malformed_vectors(line: str) -> None:
    with pytest.raises(MalformedMessageError):
        codec.decode(bytes.fromhex(line.split()[0]))


def test_reset_reasons() -> None:
    rows = re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", DOCUMENT, re.MULTILINE)
    assert {name: int(number) for number, name in rows} == {r.name: r.value for r in ResetReason}


def test_reasons_of_invalid_results() -> None:
    rows = re.findall(r"^\| `([a-z0-9_]+)` \|", DOCUMENT, re.MULTILINE)
    assert set(rows) == {reason.value for reason in InvalidResultReason}


@pytest.mark.parametrize(
    ("file", "record"),
    [("result.cose", samples.COMPLETED), ("result-face-match.cose", samples.FACE_MATCHED)],
)
def test_recorded_result_of_version_1_is_still_valid(file: str, record: VisitRecord) -> None:
    roots = tuple(x509.load_pem_x509_certificates((RECORDED / "root.pem").read_bytes()))
    verified = verify_result((RECORDED / file).read_bytes(), roots)
    assert verified.claims == samples.claims_of(record)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder as the demo leaves it."""
    shutil.copy(RECORDED / "result.cose", tmp_path)
    shutil.copy(RECORDED / "root.pem", tmp_path)
    return tmp_path


def run(commands: list[str], folder: Path) -> str:
    script = "set -e\n" + "\n".join(commands).replace("python ", f"{sys.executable} ")
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_commands(out: Path) -> None:
    assert '"valid": true' in run(block("sh"), out)
    with_intermediates = block("sh openssl")[:-1] + block("sh openssl-intermediates")
    assert run(with_intermediates, out).splitlines() == ["Verified OK", "leaf.pem: OK"]
    compared = run([f"{line} || true" for line in block("sh compare")], out).splitlines()
    assert len(compared) == 1
    assert compared[0].endswith("240 100")


def test_commands_without_intermediates(out: Path) -> None:
    reader = pki.issue(pki.name_of("Test reader", pki.UEID.hex()), 50, pki.MAKER)
    claims = samples.claims_of(samples.ABANDONED)
    verify.export(sign_result(claims, reader.sign, reader.chain_der), out)
    assert run(block("sh openssl"), out).splitlines() == ["Verified OK", "leaf.pem: OK"]


def test_compare_shows_an_exchanged_export(out: Path) -> None:
    run(block("sh"), out)
    claims = samples.claims_of(samples.COMPLETED, seq=43)
    verify.export(sign_result(claims, pki.READER.sign, pki.READER.chain_der), out)
    compared = run([f"{line} || true" for line in block("sh compare")], out).splitlines()
    assert len(compared) > 1
