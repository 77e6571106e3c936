"""Damaged frames: never one that was not sent, no exception, no more memory, the link comes back.

A trial damages one frame between two sound ones and gives all to a decoder in pieces: the sound
ones must be found, and nothing that was not sent. Each 50th trial damages a frame of a live link
as well, hellos included: no message may arrive that was not sent, and what the owners send again
must arrive within 4 s. At the end come 64 bytes for each trial without a zero byte among them.

Source: facts/security.md §2 (T10), §8.3.
"""

import tracemalloc
from collections.abc import Iterator
from random import Random

from hostlink.frame import MAX_ENCODED_BYTES, MAX_PAYLOAD_BYTES, Frame, FrameDecoder, encode_frame
from hostlink.messages import SignedResult
from tests.hostlink.both_ends import both_ends
from tests.hostlink.wire import RESTART_S, SILENCE_S, Wire, alternates
from tests.torture.mutations import mutant
from tests.torture.report import Failure, Report

COUNT = 1_000_000
_ON_A_LIVE_LINK = 50
"""One trial in so many; each costs two handshakes."""
_FRAMES_OF_A_VISIT = 10
"""About so many pass until a result is acknowledged, both directions together."""
_FLOOD_BYTES_A_TRIAL = 64
_PIECE_BYTES = 4096
_MOST_MEMORY_BYTES = 8 * MAX_ENCODED_BYTES


def run(count: int, seed: int) -> Report:
    """Damage `count` frames."""
    failures: list[Failure] = []
    link = _LiveLink()
    for at in range(seed, seed + count):
        failures += (Failure(at, what) for what in _faults_of_decoder(Random(at)))
        if at % _ON_A_LIVE_LINK == 0:
            failures += (Failure(at, what) for what in link.faults(at))
    held = _memory_held(count * _FLOOD_BYTES_A_TRIAL)
    if held > _MOST_MEMORY_BYTES:
        failures.append(Failure(seed, f"{held} bytes held of a run without an end"))
    return Report(
        trials=count,
        failures=tuple(failures),
        counted={
            "on a live link": link.trials,
            "sessions ended there": link.sessions_ended,
            "most bytes held of a run without an end": held,
        },
    )


def _faults_of_decoder(rng: Random) -> Iterator[str]:
    before, hit, after = (_frame(rng) for _ in range(3))
    first, middle, last = map(encode_frame, (before, hit, after))
    stream = first + mutant(middle, (first, last), rng) + last
    try:
        found = list(_decoded(stream, rng))
    except Exception as error:  # noqa: BLE001  # whatever is raised is what is looked for
        yield f"decoder raised {error!r}"
        return
    if not {before, after} <= set(found):
        yield "a sound frame beside the damaged one was not found"
    if any(isinstance(each, Frame) and each not in (before, hit, after) for each in found):
        yield "a frame was found that was not sent"


def _frame(rng: Random) -> Frame:
    length = rng.choice((0, 1, 22, 240, MAX_PAYLOAD_BYTES))
    return Frame(
        rng.choice((1, 2, 2, 3, 0x7F)),
        rng.randrange(1 << 32),
        rng.randrange(1 << 16),
        rng.randbytes(length),
    )


def _decoded(stream: bytes, rng: Random) -> Iterator[object]:
    decoder = FrameDecoder()
    step = rng.choice((1, 7, 64, len(stream)))
    for start in range(0, len(stream), step):
        yield from decoder.feed(stream[start : start + step])


def _memory_held(flood_bytes: int) -> int:
    """The most a decoder holds of so many bytes without an end."""
    decoder = FrameDecoder()
    piece = b"\1" * _PIECE_BYTES
    tracemalloc.start()
    for _ in range(0, flood_bytes, _PIECE_BYTES):
        for _ in decoder.feed(piece):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


class _LiveLink:
    """Damages one frame of a whole short life of a link."""

    def __init__(self) -> None:
        self._ends = both_ends()
        self.trials = 0
        self.sessions_ended = 0

    def faults(self, seed: int) -> Iterator[str]:
        self.trials += 1
        wire = Wire(*self._ends)
        wire.outbox = SignedResult(seed, Random(seed).randbytes(900))
        wire.to_device = wire.to_agent = _DamageOnce(Random(seed))
        wire.plug()
        try:
            arrives = wire.delivers(SILENCE_S + RESTART_S)
        except Exception as error:  # noqa: BLE001  # whatever is raised is what is looked for
            yield f"link raised {error!r}"
            return
        if not arrives:
            yield "the link did not come back"
        if not set(wire.arrived) <= {wire.outbox}:
            yield "a message arrived that was not sent"
        if not (alternates(wire.device_events) and alternates(wire.agent_events)):
            yield "up and down did not take turns"
        self.sessions_ended += sum(wire.device.tally.resets.values())


class _DamageOnce:
    """A cable that damages the n-th frame, whatever its direction."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._left = rng.randrange(_FRAMES_OF_A_VISIT)
        self._passed: list[bytes] = []

    def __call__(self, frame: bytes) -> bytes:
        self._left -= 1
        if self._left == -1:
            return mutant(frame, self._passed, self._rng)
        self._passed.append(frame)
        return frame
