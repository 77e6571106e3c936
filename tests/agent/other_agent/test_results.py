"""Which results the agent in another language keeps and acknowledges, whatever happens to it."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from hostlink.messages import ResultAcknowledged, SignedResult
from hostlink.signing import sign_result
from tests.agent.other_agent.bench import OTHER_VISIT, OtherAgent, name_of
from tests.agent.reader_end import PATIENCE_S, ReaderEnd
from tests.agent.world import SigningReader, abandoned
from tests.hostlink.invalid_results import CLAIMS, INVALID
from tests.hostlink.other_end_program import OTHER_END, spoilt, told
from tests.hostlink.pki import READER

_CANNOT_BE_SENT = {"too_large"}


def assert_keeps_once(reader: ReaderEnd, agent: OtherAgent, result: SignedResult) -> None:
    for _ in range(3):
        assert reader.ask(result, ResultAcknowledged).seq == 1
    agent.kill()
    agent.start()
    reader.wait_up()
    assert reader.ask(result, ResultAcknowledged).seq == 1
    assert list(agent.results().values()) == [result.cose]


def test_result_sent_again_is_kept_once(
    connected: ReaderEnd, agent: OtherAgent, signing: SigningReader
) -> None:
    assert_keeps_once(connected, agent, signing.sign(abandoned()))


def test_negative_control_results_kept_by_the_time_they_came(
    reader: ReaderEnd, agent: OtherAgent, signing: SigningReader
) -> None:
    agent.program = spoilt(agent.folder, "store.mjs", "-${seq}.cose`", "-${Date.now()}.cose`")
    agent.start()
    reader.wait_up()
    with pytest.raises(AssertionError):
        assert_keeps_once(reader, agent, signing.sign(abandoned()))


KILLED_AT_RENAME = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=/^rename"]
KILLED_AT_RENAME += ["-e", "inject=/^rename:signal=KILL"]


def assert_nothing_is_lost(reader: ReaderEnd, agent: OtherAgent, result: SignedResult) -> None:
    """Killed when the result gets its name, it has not acknowledged; afterwards it is there."""
    agent.start(under=KILLED_AT_RENAME)
    reader.wait_up()
    assert reader.link.send(result)
    reader.downs.get(timeout=PATIENCE_S)
    assert not agent.processes.is_alive("agent")
    assert reader.heard.empty()
    agent.kill()
    agent.start()
    reader.wait_up()
    assert reader.ask(result, ResultAcknowledged).seq == 1
    assert agent.results() == {name_of(1): result.cose}


def test_killed_while_it_keeps_a_result(
    reader: ReaderEnd, agent: OtherAgent, signing: SigningReader
) -> None:
    assert_nothing_is_lost(reader, agent, signing.sign(abandoned()))


def test_negative_control_acknowledged_before_it_is_kept(
    reader: ReaderEnd, agent: OtherAgent, signing: SigningReader
) -> None:
    keep = "keepFile(path, bytes);\n      return 'new';"
    later = "setTimeout(() => keepFile(path, bytes), 200);\n      return 'new';"
    agent.program = spoilt(agent.folder, "store.mjs", keep, later)
    with pytest.raises(AssertionError):
        assert_nothing_is_lost(reader, agent, signing.sign(abandoned()))
    agent.kill()


def test_another_result_of_a_number_lies_aside_and_holds_nothing_up(
    connected: ReaderEnd, agent: OtherAgent
) -> None:
    first = SigningReader().sign(abandoned())
    other = SigningReader().sign(abandoned(visit_id=OTHER_VISIT))
    for result in (first, other, other):
        assert connected.ask(result, ResultAcknowledged).seq == 1
    results = agent.results()
    assert results.pop(name_of(1)) == first.cose
    assert list(results.values()) == [other.cose]


def wrong_results() -> list[SignedResult]:
    """None of them may be acknowledged."""
    elsewhere = SigningReader().sign(abandoned(), audience="another-clinic")
    misnumbered = SigningReader(next_seq=8).sign(abandoned())
    invalid = [
        SignedResult(CLAIMS.seq, cose)
        for reason, cose in INVALID.items()
        if reason.value not in _CANNOT_BE_SENT
    ]
    return [elsewhere, replace(misnumbered, seq=7), *invalid]


def assert_refuses_wrong_results(reader: ReaderEnd, agent: OtherAgent) -> None:
    """The next right one is the first that is acknowledged, in the same session."""
    for result in wrong_results():
        assert reader.link.send(result)
    good = sign_result(replace(CLAIMS, seq=99), READER.sign, READER.chain_der)
    assert reader.ask(SignedResult(99, good), ResultAcknowledged).seq == 99
    assert agent.results() == {name_of(99): good}
    assert reader.downs.empty()


def test_wrong_results_are_not_acknowledged(connected: ReaderEnd, agent: OtherAgent) -> None:
    assert_refuses_wrong_results(connected, agent)
    refused = [each["reason"] for each in told(agent.folder / "agent.log", "result_refused")]
    assert refused[:2] == ["audience", "seq"]
    assert set(refused[2:]) == {reason.value for reason in INVALID} - _CANNOT_BE_SENT


@pytest.mark.parametrize(
    ("file", "good", "bad"),
    [
        ("result.mjs", "demand(verify(", "void (verify("),
        ("result.mjs", "demand(s <= P256_ORDER / 2n,", "void (0,"),
        ("certificate.mjs", "this.#isSignedWith(issuer.publicKey)", "true"),
        ("desk.mjs", "claims.audience !== this.#terms.audience", "false"),
        ("desk.mjs", "claims.own.seq !== seq", "false"),
    ],
)
def test_negative_control_results_that_are_not_checked(
    reader: ReaderEnd, agent: OtherAgent, file: str, good: str, bad: str
) -> None:
    agent.program = spoilt(agent.folder, file, good, bad)
    agent.start()
    reader.wait_up()
    with pytest.raises(AssertionError):
        assert_refuses_wrong_results(reader, agent)


STORE_A_RESULT = """
import {{ Store }} from '{program}/store.mjs';
new Store('{folder}/results').keep(Buffer.from('01', 'hex'), 1, Buffer.from('signed'));
"""


def calls_of_storing(program: Path, folder: Path) -> list[str]:
    """The system calls by which a result gets to the disk, in order."""
    script = folder / "store_a_result.mjs"
    script.write_text(STORE_A_RESULT.format(program=program, folder=folder))
    log = folder / "strace.log"
    traced = "trace=fsync,rename,renameat,renameat2"
    subprocess.run(["strace", "-f", "-o", log, "-e", traced, "node", script], check=True)
    lines = [line.split(maxsplit=1)[1] for line in log.read_text().splitlines()]
    return [line.partition("(")[0].removesuffix("at2") for line in lines if "(" in line]


def test_result_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    assert calls_of_storing(OTHER_END, tmp_path) == ["fsync", "rename", "fsync"]


@pytest.mark.parametrize("forgotten", ["fsyncSync(file);", "fsyncSync(folder);"])
def test_negative_control_a_sync_that_is_forgotten(tmp_path: Path, forgotten: str) -> None:
    program = spoilt(tmp_path, "disk.mjs", forgotten, "")
    assert calls_of_storing(program, tmp_path) != ["fsync", "rename", "fsync"]
