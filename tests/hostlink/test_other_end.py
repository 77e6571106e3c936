"""An implementation that knows only docs/HOSTLINK.md and messages.cddl judges as ours does.

Negative controls: the same questions to copies of it with one place spoilt.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography import x509

from hostlink import codec
from hostlink.errors import InvalidResultError, MalformedMessageError
from hostlink.frame import Frame
from hostlink.signing import sign_result, verify_result
from tests.hostlink import test_certificates
from tests.hostlink.invalid_results import CLAIMS, GOOD, INVALID, PAYLOAD, PROTECTED, signed
from tests.hostlink.other_end_program import OTHER_END, ask, spoilt
from tests.hostlink.pki import MAKER, READER
from tests.hostlink.samples import ABANDONED, claims_of
from tests.hostlink.test_document import (
    RECORDED,
    between_zeros,
    block,
    frame_vector,
    pairing_vectors,
)

ROOT = RECORDED / "root.pem"
ROOTS = tuple(x509.load_pem_x509_certificates(ROOT.read_bytes()))
MESSAGES = [bytes.fromhex(line) for line in block("vectors-message")]

Check = Callable[[Path], None]
"""Asks a program; fails when its answers are not those of the document."""


def check_frames(program: Path) -> None:
    vectors = [frame_vector(line) for line in block("vectors-frame")]
    frames = [_as_json(frame) for frame, _ in vectors]
    assert ask(program, "frame", frames) == [encoded.hex() for _, encoded in vectors]
    assert _found(program, [encoded for _, encoded in vectors]) == [
        [{"version": 1, **frame}] for frame in frames
    ]
    for kind, found in (("vectors-damage", [None]), ("vectors-ignored", [])):
        lines = block(kind)
        assert _found(program, [between_zeros(line) for line in lines]) == [found] * len(lines)


def _as_json(frame: Frame) -> dict[str, Any]:
    payload = frame.payload.hex()
    return {"type": frame.type, "epoch": frame.epoch, "seq": frame.seq, "payload": payload}


def _found(program: Path, encodings: list[bytes]) -> list[Any]:
    return ask(program, "frame", [{"encoded": encoded.hex()} for encoded in encodings])


def check_messages(program: Path) -> None:
    malformed = [bytes.fromhex(line.split()[0]) for line in block("vectors-malformed")]
    wanted = [*(message.hex() for message in MESSAGES), *(None for _ in malformed)]
    assert _read_and_written(program, [*MESSAGES, *malformed]) == wanted


def _read_and_written(program: Path, messages: list[bytes]) -> list[Any]:
    return ask(program, "message", [message.hex() for message in messages])


def check_pairing(program: Path) -> None:
    values, texts = pairing_vectors()
    given = {**{name: value.hex() for name, value in values.items()}, **texts}
    del given["commitment_input"]
    computed = "commitment", "code", "statement", "agent_proof", "device_proof", "server_name"
    wanted = {_camel(name): given.pop(name) for name in computed}
    question = {_camel(name): value for name, value in given.items()}
    assert ask(program, "pairing", [question]) == [wanted]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def check_results(program: Path) -> None:
    recorded = {reason.value: _recorded(f"invalid/{reason.value}.cose") for reason in INVALID}
    judged = _reasons(program, [_recorded("result.cose"), *recorded.values()])
    assert judged == [None, *recorded]


def _recorded(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


def _reasons(program: Path, results: list[bytes]) -> list[Any]:
    return ask(program, "result", [result.hex() for result in results], os.fspath(ROOT))


@pytest.mark.parametrize("check", [check_frames, check_messages, check_pairing, check_results])
def test_vectors_of_the_document(check: Check) -> None:
    check(OTHER_END)


@pytest.mark.parametrize(
    ("file", "good", "bad", "check"),
    [
        ("frame.mjs", "0xedb88320", "0x82f63b78", check_frames),
        ("frame.mjs", " && index < plain.length - 1", "", check_frames),
        ("frame.mjs", "if (run[at] < FULL_BLOCK && end", "if (end", check_frames),
        ("frame.mjs", "seq: plain.readUInt16BE(6)", "seq: plain.readUInt16LE(6)", check_frames),
        ("frame.mjs", "if (version === VERSION && payload", "if (payload", check_frames),
        ("frame.mjs", "|| frame.version === VERSION", "", check_frames),
        ("cbor.mjs", "if (value < (width", "if (0 > (width", check_messages),
        ("cbor.mjs", "reader.at !== bytes.length", "false", check_messages),
        ("shapes.mjs", "item.size !== Object.keys(value).length", "false", check_messages),
        ("shapes.mjs", "known.has(item)", "true", check_messages),
        (
            "pairing.mjs",
            "[sessionCertificate, readerCertificate,",
            "[readerCertificate,",
            check_pairing,
        ),
        ("pairing.mjs", "padStart(CODE_DIGITS, '0')", "padEnd(0)", check_pairing),
        ("pairing.mjs", "readBigUInt64BE(0)", "readBigUInt64LE(0)", check_pairing),
        ("pairing.mjs", "Buffer.from('uketsuke pairing ')", "Buffer.alloc(0)", check_pairing),
        ("pairing.mjs", "proof('device',", "proof('agent',", check_pairing),
        ("result.mjs", "demand(verify(", "void (verify(", check_results),
        ("result.mjs", "demand(s <= P256_ORDER / 2n,", "void (0,", check_results),
        ("result.mjs", "demand(unprotected.size === 0,", "void (0,", check_results),
        ("result.mjs", "demand(isSound,", "void (0,", check_results),
        ("result.mjs", "demand(serialNumbers[0].toLowerCase() ===", "void (0 ===", check_results),
        ("certificate.mjs", "this.#isSignedWith(issuer.publicKey)", "true", check_results),
    ],
)
def test_negative_control_a_spoilt_copy_fails(
    tmp_path: Path, file: str, good: str, bad: str, check: Check
) -> None:
    program = spoilt(tmp_path, file, good, bad)
    with pytest.raises(AssertionError):
        check(program)


def mutants(data: bytes) -> Iterator[bytes]:
    """`data` with one byte changed, left out or put in, everywhere."""
    for at, byte in enumerate(data):
        for bits in (0x01, 0x20, 0x80):
            yield data[:at] + bytes([byte ^ bits]) + data[at + 1 :]
        yield data[:at] + data[at + 1 :]
        yield data[:at] + b"\0" + data[at:]


def read_and_written(data: bytes) -> str | None:
    """What this project's own code makes of a message."""
    try:
        return codec.encode(codec.decode(data)).hex()
    except MalformedMessageError:
        return None


def reason(result: bytes) -> str | None:
    """This project's own judgement of a result."""
    try:
        verify_result(result, ROOTS)
    except InvalidResultError as error:
        return error.reason.value
    return None


def test_both_take_the_same_messages() -> None:
    changed = [mutant for message in MESSAGES for mutant in mutants(message)]
    changed += [refused_for(code) for code in range(256)]
    own = [read_and_written(mutant) for mutant in changed]
    assert 0 < own.count(None) < len(own)
    assert _read_and_written(OTHER_END, changed) == own


def refused_for(code: int) -> bytes:
    """A VisitRefused, whether that code is a known one or not."""
    return cbor2.dumps([9, {1: bytes(16), 2: code}])


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_both_refuse_the_same_changed_results() -> None:
    changed = [mutant for mutant in mutants(GOOD) if mutant != GOOD][::11]
    assert None not in map(reason, changed)
    assert None not in _reasons(OTHER_END, changed)


def test_both_judge_whatever_a_reader_signs_alike() -> None:
    payloads = [PAYLOAD, *list(mutants(PAYLOAD))[::4], *odd_payloads()]
    results = [signed(PROTECTED, payload) for payload in payloads]
    own = [reason(result) for result in results]
    assert {None, "payload", "wrong_device"} == set(own)
    assert _reasons(OTHER_END, results) == own


def odd_payloads() -> Iterator[bytes]:
    """Claims that keep or break the rules between fields."""
    outcome, failure, method, verified_at, has_registered, consents = 3, 4, 5, 6, 7, 8
    nothing_verified: dict[int, Any] = {method: None, verified_at: None}
    for changes in (
        {outcome: 2},
        {failure: 10},
        {outcome: 2, failure: 10},
        {method: None},
        {verified_at: None},
        nothing_verified,
        {outcome: 3, failure: 71, **nothing_verified},
        {outcome: 3, failure: 71, **nothing_verified, consents: []},
        {outcome: 3, failure: 71, **nothing_verified, consents: [], has_registered: True},
    ):
        claims = cbor2.loads(PAYLOAD)
        record = claims[-65537][1][8]
        record.update(changes)
        claims[-65537][1][8] = {key: value for key, value in record.items() if value is not None}
        yield cbor2.dumps(claims, canonical=True)
    claims = cbor2.loads(PAYLOAD)
    claims[-65537][1][8][consents] *= 2
    yield cbor2.dumps(claims, canonical=True)
    yield cbor2.dumps({**cbor2.loads(PAYLOAD), 3: ""}, canonical=True)


def test_both_judge_chains_alike() -> None:
    chains = [*test_certificates.GOOD, *(chain for chain, _ in test_certificates.REFUSED)]
    results = [sign_result(CLAIMS, each.sign, each.chain_der) for each in chains]
    with_root = (*READER.chain_der, MAKER.chain_der[0])
    results.append(sign_result(CLAIMS, READER.sign, with_root))
    assert _reasons(OTHER_END, results) == [reason(result) for result in results]


def test_a_result_without_nonce_and_method_is_valid_to_both() -> None:
    claims = claims_of(ABANDONED)
    result = sign_result(claims, READER.sign, READER.chain_der)
    assert [reason(result)] == _reasons(OTHER_END, [result]) == [None]
