"""The agent in another language at the end of a real cable, with the reader's real end opposite.

It knows only what docs/HOSTLINK.md and messages.cddl say. Negative controls: copies of it with
one place spoilt.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hostlink.messages import (
    IdentityProven,
    ResultAcknowledged,
    SignedResult,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
    VisitRefused,
)
from hostlink.reset import ResetReason
from hostlink.signing import sign_result
from hostlink.terms import CardKind, FailureCode
from tests.agent.reader_end import PATIENCE_S, ReaderEnd
from tests.agent.world import AUDIENCE, VISIT_ID, SigningReader, abandoned, card, completed
from tests.hostlink.invalid_results import CLAIMS, INVALID
from tests.hostlink.other_end_program import (
    OTHER_END,
    PATIENT_NAME,
    Keys,
    agent_command,
    spoilt,
    told,
)
from tests.hostlink.pki import AGENT, MAKER, READER, STRANGE_AGENT, STRANGE_MAKER, UEID
from tests.hw_sim.processes import Processes

OTHER_VISIT = bytes(range(1, 17))
OPENED = VisitOpened(VISIT_ID, CardKind.MY_NUMBER)
_CANNOT_BE_SENT = {"too_large"}


class OtherAgent:
    """Its process and its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = OTHER_END
        self.identity = AGENT
        self.maker = MAKER
        self.audience = AUDIENCE
        self.processes = Processes(folder)

    def start(self, under: Sequence[str] = ()) -> None:
        certificate, key = self.identity.write(self.folder, "other_agent")
        root, _ = self.maker.write(self.folder, "maker")
        keys = Keys(certificate, key, root)
        port = self.folder / "ttyREADER"
        command = agent_command(self.folder, port, keys, self.audience, self.program)
        self.processes.start("agent", [*under, *command])

    def kill(self) -> None:
        self.processes.kill("agent")

    def results(self) -> dict[str, bytes]:
        """Every file in the folder of its results."""
        return {path.name: path.read_bytes() for path in (self.folder / "results").iterdir()}

    def reasons(self) -> list[int]:
        """Why its sessions ended."""
        return [down["reason"] for down in told(self.folder / "agent.log", "down")]

    def ups(self) -> int:
        return len(told(self.folder / "agent.log", "up"))

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        ends_at_s = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < ends_at_s, self.reasons()
            time.sleep(0.02)


@pytest.fixture
def signing() -> SigningReader:
    return SigningReader()


@pytest.fixture
def reader(tmp_path: Path, signing: SigningReader) -> Iterator[ReaderEnd]:
    with ReaderEnd(tmp_path, lambda: signing.next_seq) as end:
        yield end


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[OtherAgent]:
    made = OtherAgent(tmp_path)
    yield made
    assert made.processes.stop() == []


@pytest.fixture
def connected(reader: ReaderEnd, agent: OtherAgent) -> ReaderEnd:
    agent.start()
    assert reader.wait_up().audience == AUDIENCE
    return reader


def name_of(seq: int) -> str:
    return f"{UEID.hex()}-{seq}.cose"


def test_whole_visit(connected: ReaderEnd, agent: OtherAgent, signing: SigningReader) -> None:
    challenge = connected.ask(OPENED, VisitChallenge)
    options = connected.ask(card().prove(challenge), VisitOptions)
    assert (options.visit_id, options.patient_name) == (VISIT_ID, PATIENT_NAME)
    result = signing.sign(completed(challenge.nonce))
    assert connected.ask(result, ResultAcknowledged).seq == 1
    assert agent.results() == {name_of(1): result.cose}
    assert told(agent.folder / "agent.log", "result_kept")[0]["isOurVisit"]
    file = agent.folder / "results" / name_of(1)
    verified = subprocess.run(
        [sys.executable, "-m", "hostlink.verify", file, "--trust", agent.folder / "maker.pem"],
        check=False,
    )
    assert verified.returncode == 0


def test_visit_named_again_keeps_its_nonce_and_gets_a_new_challenge(connected: ReaderEnd) -> None:
    first = connected.ask(OPENED, VisitChallenge)
    second = connected.ask(OPENED, VisitChallenge)
    assert first.nonce == second.nonce
    assert first.challenge != second.challenge
    assert connected.ask(card().prove(first), VisitChallenge) == second
    proof = card().prove(second)
    assert connected.ask(proof, VisitOptions) == connected.ask(proof, VisitOptions)


def test_proof_of_an_unknown_visit_is_asked_for_anew(connected: ReaderEnd) -> None:
    challenge = VisitChallenge(OTHER_VISIT, bytes(16), bytes(32))
    again = connected.ask(card().prove(challenge), VisitChallenge)
    assert again.visit_id == OTHER_VISIT
    connected.ask(card().prove(again), VisitOptions)


@pytest.mark.parametrize(
    ("spoil", "failure"),
    [
        (
            lambda proof: replace(proof, challenge_signature=bytes(256)),
            FailureCode.CARD_NOT_GENUINE,
        ),
        (
            lambda proof: replace(proof, certificate=READER.chain_der[0]),
            FailureCode.CERTIFICATE_INVALID,
        ),
        (lambda proof: replace(proof, certificate=b"none"), FailureCode.CERTIFICATE_INVALID),
    ],
)
def test_wrong_proof_is_refused(
    connected: ReaderEnd, spoil: Callable[[IdentityProven], IdentityProven], failure: FailureCode
) -> None:
    proof = card().prove(connected.ask(OPENED, VisitChallenge))
    assert connected.ask(spoil(proof), VisitRefused) == VisitRefused(VISIT_ID, failure)


def test_negative_control_a_proof_that_is_not_checked(reader: ReaderEnd, agent: OtherAgent) -> None:
    agent.program = spoilt(agent.folder, "proof.mjs", "verify('sha256'", "1 || verify('sha256'")
    agent.start()
    reader.wait_up()
    proof = card().prove(reader.ask(OPENED, VisitChallenge))
    reader.ask(replace(proof, challenge_signature=bytes(256)), VisitOptions)


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
    keep = "this.#write(path, bytes);\n      return 'new';"
    later = "setTimeout(() => this.#write(path, bytes), 200);\n      return 'new';"
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


def test_reader_that_lost_its_state_is_refused_until_it_is_past_what_is_held(
    connected: ReaderEnd, agent: OtherAgent, signing: SigningReader
) -> None:
    for _ in range(2):
        connected.ask(signing.sign(abandoned()), ResultAcknowledged)
    signing.next_seq = 1
    agent.kill()
    agent.start()
    connected.wait_up()
    refused = VisitRefused(VISIT_ID, FailureCode.STORAGE_UNAVAILABLE)
    for _ in range(2):
        challenge = connected.ask(OPENED, VisitChallenge)
        assert connected.ask(card().prove(challenge), VisitRefused) == refused
        connected.ask(signing.sign(abandoned(visit_id=OTHER_VISIT)), ResultAcknowledged)
    challenge = connected.ask(OPENED, VisitChallenge)
    connected.ask(card().prove(challenge), VisitOptions)


@pytest.mark.parametrize("lost", ["cable", "agent"])
def test_new_session_after_a_loss(connected: ReaderEnd, agent: OtherAgent, lost: str) -> None:
    if lost == "cable":
        connected.cable.unplug()
        connected.cable.plug()
    else:
        agent.kill()
        agent.start()
    assert connected.wait_up().audience == AUDIENCE
    connected.ask(OPENED, VisitChallenge)


def test_message_that_a_reader_must_not_send_ends_the_session(
    connected: ReaderEnd, agent: OtherAgent
) -> None:
    assert connected.link.send(ResultAcknowledged(1))
    assert connected.downs.get(timeout=PATIENCE_S) is ResetReason.PEER_RESET
    connected.wait_up()
    assert agent.reasons()[-1] == ResetReason.UNEXPECTED_MESSAGE


def test_ping_is_answered_with_its_nonce(reader: ReaderEnd, agent: OtherAgent) -> None:
    """By an agent that asks late, so that the reader's end is the one that asks."""
    late = "const PING_AFTER_MS = 2500;"
    agent.program = spoilt(agent.folder, "link.mjs", "const PING_AFTER_MS = 1000;", late)
    agent.start()
    reader.wait_up()
    agent.wait_until(lambda: reader.link.counters.rtt_p50_ms is not None)
    assert reader.downs.empty()


def test_told_to_stop_it_says_so(connected: ReaderEnd, agent: OtherAgent) -> None:
    assert agent.processes.stop() == []
    assert connected.downs.get(timeout=PATIENCE_S) is ResetReason.PEER_RESET
    assert agent.reasons()[-1] == ResetReason.CLOSED


@pytest.mark.parametrize("versions", [(2, 3), (0, 0)])
def test_no_common_version(tmp_path: Path, agent: OtherAgent, versions: tuple[int, int]) -> None:
    with ReaderEnd(tmp_path, lambda: 1, versions) as reader:
        agent.start()
        agent.wait_until(lambda: ResetReason.VERSION_MISMATCH in agent.reasons())
        assert reader.ups.empty()
        assert agent.ups() == 0


def test_highest_common_version_is_said(tmp_path: Path, agent: OtherAgent) -> None:
    with ReaderEnd(tmp_path, lambda: 1, (0, 255)) as reader:
        agent.start()
        assert reader.wait_up().version == 1


def test_wrong_crc_never_comes_up(reader: ReaderEnd, agent: OtherAgent) -> None:
    """Negative control of all tests here: it is the link that lets the two talk."""
    agent.program = spoilt(agent.folder, "frame.mjs", "0xedb88320", "0x82f63b78")
    agent.start()
    agent.wait_until(lambda: reader.link.counters.bad_crc > 2)
    assert reader.ups.empty()
    assert agent.ups() == 0


def test_agent_the_reader_was_not_paired_with(reader: ReaderEnd, agent: OtherAgent) -> None:
    agent.identity = STRANGE_AGENT
    agent.start()
    distrust = ResetReason.PEER_NOT_TRUSTED
    agent.wait_until(lambda: reader.link.counters.resets.get(distrust, 0) > 1)
    assert reader.ups.empty()
    assert agent.ups() == 0


def test_reader_of_another_maker(reader: ReaderEnd, agent: OtherAgent) -> None:
    agent.maker = STRANGE_MAKER
    agent.start()
    agent.wait_until(lambda: agent.reasons().count(ResetReason.PEER_NOT_TRUSTED) > 1)
    assert reader.ups.empty()
    assert agent.ups() == 0


def test_negative_control_a_reader_that_is_not_judged(reader: ReaderEnd, agent: OtherAgent) -> None:
    agent.maker = STRANGE_MAKER
    check = "checkServerIdentity:"
    unchecked = f"rejectUnauthorized: false, {check}"
    agent.program = spoilt(agent.folder, "session.mjs", check, unchecked)
    agent.start()
    reader.wait_up()


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
    program = spoilt(tmp_path, "store.mjs", forgotten, "")
    assert calls_of_storing(program, tmp_path) != ["fsync", "rename", "fsync"]
