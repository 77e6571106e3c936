"""A day of the reader: starts are counted, PINs sent, results kept and taken by the agent."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from device.disk import keep_folder
from device.errors import DeviceError
from device.identity import count_boot
from device.outbox import Outbox
from device.pinpad.attempts import AttemptOutcome, PinAttempts
from device.pinpad.disk import FolderDisk
from device.pinpad.reader_key import READER_KEY, read_reader_key
from hostlink.errors import HostlinkError
from hostlink.messages import SignedResult
from hostlink.result import NO_PREVIOUS_HASH
from hostlink.signing import payload_hash, verify_result
from tests.device.signing_reader import reader_identity
from tests.hostlink.pki import MAKER
from tests.hostlink.samples import COMPLETED, MOMENT
from tests.interruptions.day import Day, Tell

_CARD = b"card of the day"
_TRIES_LEFT = 2
_NOW_S = 1_800_000_000.0
_RESULTS = 3


class Reader:
    """The reader's own parts on the disk of one folder, as after a start."""

    def __init__(self, folder: Path, mark: Tell) -> None:
        state = folder / "state"
        keep_folder(state)
        keep_folder(state / "pin")
        key = read_reader_key(state / "pin" / READER_KEY)
        self.attempts = PinAttempts(FolderDisk(state / "pin"), key, lambda: _NOW_S)
        self.outbox = Outbox(state / "outbox")
        self.boot_count = count_boot(state)
        self.mark = mark
        mark(f"started {self.boot_count}")

    def send_pin(self) -> None:
        """A wrong one: the card has a try less than before, whatever the log says."""
        token = self.attempts.begin(_CARD)
        self.mark("sent")
        token.settle(AttemptOutcome.REJECTED, _TRIES_LEFT)
        self.mark("settled")

    def keep(self) -> None:
        """The end of a visit: "finished" is shown once the result is kept."""
        identity = reader_identity(self.boot_count)
        result = self.outbox.append(identity.sign_record(COMPLETED, bytes(32), MOMENT))
        self.mark(f"kept {named(result)}")

    def hand_over(self, *seqs: int) -> None:
        """The agent holds these on its own disk and says so."""
        for result in self.outbox.pending():
            if result.seq in seqs:
                self.mark(f"held {named(result)}")
                self.outbox.acknowledge(result.seq)


def named(result: SignedResult) -> str:
    """Its number and what tells it from any other of that number."""
    return f"{result.seq} {sha256(result.cose).hexdigest()}"


Visit = Callable[[Reader], None]


def _visit(reader: Reader) -> None:
    reader.send_pin()
    reader.keep()


def asks_the_card_first(reader: Reader) -> None:
    """Wrong on purpose: the PIN is sent, and only then written down."""
    reader.mark("sent")
    _visit(reader)


def says_finished_first(reader: Reader) -> None:
    """Wrong on purpose: the patient is told, and only then the result is kept."""
    identity = reader_identity(reader.boot_count)
    sign = identity.sign_record(COMPLETED, bytes(32), MOMENT)
    seq, before = reader.outbox.next_seq, reader.outbox.latest()
    reader.mark(f"kept {named(SignedResult(seq, sign(seq, before)))}")
    reader.outbox.append(sign)


def _prepare(folder: Path) -> None:
    folder.mkdir()


def _resume(folder: Path, mark: Tell, told: Sequence[str]) -> None:
    reader = Reader(folder, mark)
    if reader.attempts.has_unsettled(_CARD):
        reader.attempts.note_tries(_CARD, _TRIES_LEFT)
    reader.hand_over(*(result.seq for result in reader.outbox.pending()))
    _visit(reader)


def _faults(folder: Path, told: Sequence[str]) -> list[str]:
    try:
        reader = Reader(folder, lambda _: None)
        faults = [*_pin_faults(reader, told), *_result_faults(reader, told)]
        if not faults:
            _resume(folder, lambda _: None, told)
    except (AssertionError, DeviceError, OSError) as error:
        return [f"the reader is stuck: {error!r}"]
    if reader.boot_count in {int(mark.split()[1]) for mark in told if mark.startswith("started")}:
        faults.append("two starts have one number")
    return faults


def _pin_faults(reader: Reader, told: Sequence[str]) -> list[str]:
    is_known = reader.attempts.tries_left_seen(_CARD) == _TRIES_LEFT
    if "sent" in told and not (is_known or reader.attempts.has_unsettled(_CARD)):
        return ["a PIN was sent and the log knows nothing of it"]
    if "settled" in told and not is_known:
        return ["an outcome was settled and is lost"]
    return []


def _result_faults(reader: Reader, told: Sequence[str]) -> list[str]:
    kept, held = _results(told, "kept"), _results(told, "held")
    pending = {result.seq: named(result).split()[1] for result in reader.outbox.pending()}
    waits = {seq: digest for seq, digest in kept.items() if seq not in held}
    faults = {
        "a kept result is lost": not waits.keys() <= pending.keys(),
        "another result has its number": any(
            pending.get(seq, digest) != digest for seq, digest in (kept | held).items()
        ),
        "a number will be used again": reader.outbox.next_seq <= max(kept | held, default=0),
    }
    return [fault for fault, is_so in faults.items() if is_so] + _chain_faults(reader.outbox)


def _chain_faults(outbox: Outbox) -> list[str]:
    """Each result that is there is whole, and continues from the one before if that is, too.

    By the files: what is torn, the outbox itself does not hand out.
    """
    hashes: dict[int, bytes] = {0: NO_PREVIOUS_HASH}
    for path in sorted(outbox._folder.glob("*.cose")):
        cose = path.read_bytes()
        try:
            claims = verify_result(cose, (MAKER.leaf,)).claims
        except HostlinkError:
            return ["a torn result waits"]
        if claims.previous_hash != hashes.get(claims.seq - 1, claims.previous_hash):
            return ["the chain of results is broken"]
        hashes[claims.seq] = payload_hash(cose)
    return []


def _results(told: Sequence[str], word: str) -> dict[int, str]:
    marks = [mark.split() for mark in told]
    return {int(mark[1]): mark[2] for mark in marks if mark[0] == word}


def reader_day(visit: Visit = _visit) -> Day:
    """A day with the product's own visit, or with a worse one."""

    def play(folder: Path, mark: Tell) -> None:
        reader = Reader(folder, mark)
        for seq in range(1, _RESULTS + 1):
            visit(reader)
            if seq == _RESULTS - 1:
                # The newest stays, because the next result continues from it.
                reader.hand_over(1, seq)
        reader.hand_over(_RESULTS)

    return Day(_prepare, play, _resume, _faults, (DeviceError, OSError))
