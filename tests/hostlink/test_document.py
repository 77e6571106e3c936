"""docs/HOSTLINK.md says what the code does: its vectors and commands are executed as they stand."""

import json
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509

import hostlink
from hostlink import codec, pairing, verify
from hostlink.errors import InvalidResultError, InvalidResultReason, MalformedMessageError
from hostlink.frame import Frame, FrameDamage, FrameDecoder, encode_frame
from hostlink.messages import VisitRecord
from hostlink.reset import ResetReason
from hostlink.signing import sign_result, verify_result
from hostlink.terms import PairingRefusal, VisitStep
from hostlink.tls import server_name
from tests.hostlink import pki, samples
from tests.hostlink.invalid_results import INVALID

REPOSITORY = Path(hostlink.__file__).parents[1]
DOCUMENT = (REPOSITORY / "docs" / "HOSTLINK.md").read_text(encoding="utf-8")
RECORDED = Path(__file__).with_name("vectors") / "v1"


def block(kind: str) -> list[str]:
    """The lines of one fenced block."""
    found = re.search(rf"^```{kind}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found is not None, kind
    return found[1].splitlines()


def written_bytes(text: str) -> bytes:
    """Hexadecimal as the document writes it: `11*3` is `11 11 11`, after `;` comes a comment."""
    runs = [token.partition("*") for token in text.partition(";")[0].split()]
    return b"".join(bytes.fromhex(byte) * int(times or 1) for byte, _, times in runs)


def frame_vector(line: str) -> tuple[Frame, bytes]:
    """A frame and its bytes on the cable."""
    fields, encoded = line.split("=")
    kind, epoch, seq, *payload = fields.split()
    content = written_bytes(" ".join(payload))
    return Frame(int(kind), int(epoch, 16), int(seq, 16), content), written_bytes(encoded)


def between_zeros(line: str) -> bytes:
    return b"\0" + written_bytes(line) + b"\0"


@pytest.mark.parametrize("line", block("vectors-frame"))
def test_frame_vectors(line: str) -> None:
    frame, encoded = frame_vector(line)
    assert encode_frame(frame) == encoded
    assert list(FrameDecoder().feed(encoded)) == [frame]


@pytest.mark.parametrize("line", block("vectors-damage"))
def test_damage_vectors(line: str) -> None:
    assert list(FrameDecoder().feed(between_zeros(line))) == [FrameDamage.BROKEN]


@pytest.mark.parametrize("line", block("vectors-ignored"))
def test_ignored_vectors(line: str) -> None:
    assert list(FrameDecoder().feed(between_zeros(line))) == [FrameDamage.OTHER_VERSION]


def test_message_vectors() -> None:
    vectors = [bytes.fromhex(line) for line in block("vectors-message")]
    assert [codec.decode(vector) for vector in vectors] == list(samples.MESSAGES)
    assert [codec.encode(message) for message in samples.MESSAGES] == vectors


@pytest.mark.parametrize("line", block("vectors-malformed"))
def test_malformed_vectors(line: str) -> None:
    with pytest.raises(MalformedMessageError):
        codec.decode(bytes.fromhex(line.split()[0]))


def pairing_vectors() -> tuple[dict[str, bytes], dict[str, str]]:
    """Bytes and texts by their names."""
    fields = (line.partition("=") for line in block("vectors-pairing"))
    entries = {name.strip(): value.strip() for name, _, value in fields}
    texts = {name: json.loads(value) for name, value in entries.items() if value[0] == '"'}
    values = {name: bytes.fromhex(value) for name, value in entries.items() if name not in texts}
    return values, texts


def test_pairing_vectors() -> None:
    values, texts = pairing_vectors()
    terms = pairing.PairingTerms(
        values["session_certificate"],
        values["reader_certificate"],
        values["agent_certificate"],
        texts["audience"],
        texts["agent_name"],
    )
    nonces = values["device_nonce"], values["agent_nonce"]
    assert sha256(values["commitment_input"]).digest() == values["commitment"]
    assert pairing.commitment(terms, nonces[0]) == values["commitment"]
    assert pairing.comparison_code(terms, *nonces) == texts["code"]
    assert pairing.statement(terms, *nonces) == values["statement"]
    shared = values["secret"], values["device_challenge"], values["agent_challenge"]
    assert pairing.agent_proof(*shared) == values["agent_proof"]
    assert pairing.device_proof(*shared) == values["device_proof"]
    assert server_name(terms.reader_certificate) == texts["server_name"]


def test_refusals_of_a_pairing() -> None:
    rows = re.findall(r"^\| (\d) \| ([a-z-]+) \|", DOCUMENT, re.MULTILINE)
    spelled = {name.upper().replace("-", "_"): int(number) for number, name in rows}
    assert spelled == {refusal.name: refusal.value for refusal in PairingRefusal}


def test_steps_of_a_visit() -> None:
    rows = re.findall(r"^\| ([A-Z_]+) \| (\d+) \|", DOCUMENT, re.MULTILINE)
    assert {name: int(number) for name, number in rows} == {s.name: s.value for s in VisitStep}


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


@pytest.mark.parametrize("reason", InvalidResultReason)
def test_recorded_invalid_results(reason: InvalidResultReason) -> None:
    recorded = (RECORDED / "invalid" / f"{reason.value}.cose").read_bytes()
    assert recorded == INVALID[reason]
    with pytest.raises(InvalidResultError) as refused:
        verify_result(recorded, (pki.MAKER.leaf,))
    assert refused.value.reason is reason


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
