"""How often the printed code of a laid card is read, and how often it is read wrongly.

`python -m benchmarks.printed_code [--count N] [--first K] [--seed S] [--workers W] [--peer N]
[--oldest]` lays N simulated cards before the camera, from the population's K-th on (where a stopped
run ended). Each is one laying of the stated population (fronts alone on the tray, any holder, print
and wear, 30 % easy, 50 % ordinary, 20 % hard conditions), whose pictures go through the real
`CameraFront` at 15 pictures a second of simulated time. A code counts as sent when the reading
returns one; it is wrong when the card would refuse it. Layings of which a person could read some
field in none of the pictures stay in the count and are also told apart. A card that is not read is
laid once more, as the screen asks the patient to, in light and places drawn anew and as difficult
as before; that second laying is reported apart. `--oldest` lays cards of people born in 大正, who
are no part of the stated population. The peer is one plain pass of Tesseract over the whole
straightened card, with regular expressions.
"""

import argparse
import math
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
import tesserocr
from numpy.typing import NDArray

from device.errors import DeviceError
from device.reader.errors import PrintedCodeUnreadableError
from device.reader.front.camera_front import LONGEST_S, CameraFront
from device.reader.front.layout import MY_NUMBER_CARD
from device.reader.front.sight import look_at
from device.reader.ocr.tesseract import Settings, create, find_tessdata
from device.reader.port import OcrEngine
from tests.hw_sim.card_front.holders import sample_oldest, sample_profile
from tests.hw_sim.card_front.laying import Frame, Holders, Laying, Subject, is_readable
from tests.hw_sim.card_front.population import laid_again, laying_of

_FPS = 15
_SENT = ("read", "wrong")
_UNSEEN_SEED = 100_100
"""Everything below was used while the reader was written."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture of the simulated camera."""

    image: NDArray[np.uint8]
    """`uint8[960, 1280, 3], RGB`."""
    taken_at_s: float
    """Simulated time."""


class TrayCamera:
    """Takes pictures of one laying; time passes with the pictures only."""

    def __init__(self, laying: Laying) -> None:
        self.frames: list[Frame] = []
        self.now_s = 0.0
        self.rendering_s = 0.0
        self._frames = laying.frames(math.ceil(LONGEST_S * _FPS) + 2)

    def read(self) -> Shown:
        """See `CardCamera.read`."""
        begun_s = time.process_time()
        frame = next(self._frames)
        self.rendering_s += time.process_time() - begun_s
        self.frames.append(frame)
        self.now_s += 1 / _FPS
        return Shown(frame.image.copy(), self.now_s)

    def close(self) -> None:
        """See `CardCamera.close`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one laying."""

    number: int
    """Its place in the population."""
    difficulty: str
    """Of its conditions."""
    effects: tuple[str, ...]
    """What makes it hard."""
    result: str
    """`read`, `wrong`, or why nothing was sent."""
    is_readable: bool
    """By a person who saw the same pictures."""
    pictures: int
    """Used."""
    cpu_s: float
    """Of the reader, without the simulation."""
    result_laid_again: str
    """Of the second laying; `result` where one was enough."""


@cache
def engine() -> OcrEngine:
    """One a process."""
    cv2.setNumThreads(1)
    return create(Settings())


def lay(number: int, seed: int, holders: Holders = sample_profile) -> Outcome:
    """Lays one card and reads it; lays it once more where that failed."""
    difficulty, laying = laying_of(number, seed, Subject.FRONT, holders)
    engine()
    camera = TrayCamera(laying)
    begun_s = time.process_time()
    result = _read(camera, laying)
    cpu_s = time.process_time() - begun_s - camera.rendering_s
    again = result
    if result not in _SENT:
        second = laid_again(laying, difficulty, number, seed)
        again = _read(TrayCamera(second), second)
    return Outcome(
        number,
        difficulty.value,
        tuple(_effects(laying)),
        result,
        is_readable(camera.frames),
        len(camera.frames),
        cpu_s,
        again,
    )


def _read(camera: TrayCamera, laying: Laying) -> str:
    front = CameraFront(lambda: camera, engine(), now_s=lambda: camera.now_s)
    try:
        code = front.read_printed_code(laying.profile.card_expiry, lambda: False)
    except PrintedCodeUnreadableError as error:
        return error.failure.name
    except DeviceError as error:
        return type(error).__name__
    is_right = code.reference().decode() == laying.profile.matching_code_b
    return "read" if is_right else "wrong"


def _effects(laying: Laying) -> Iterator[str]:
    shot, look = laying.shot, laying.look
    named = {
        "upside down": shot.is_upside_down,
        "glare": bool(shot.glares),
        "finger": shot.finger is not None,
        "low light": shot.exposure < 0.3,
        "blur": shot.defocus_px > 1.2 or shot.motion_px > 2,
        "perspective": math.hypot(shot.tilt_right_deg, shot.tilt_down_deg) > 6,
        "worn print": look.faded_spots > 0 and look.fading > 0.2,
        "pale ink": look.ink < 0.75,
        "foreign resident": not laying.profile.holder.is_birth_printed_in_era,
        f"font {look.text_family}": True,
        f"code font {look.code_family}": look.code_family != look.text_family,
    }
    yield from (name for name, is_there in named.items() if is_there)


def read_naively(number: int, seed: int) -> str:
    """The peer: whole card, one pass, Tesseract's own layout analysis."""
    _, laying = laying_of(number, seed, Subject.FRONT)
    frame = next(iter(laying.frames(1)))
    card = look_at(frame.image, MY_NUMBER_CARD).front
    if card is None:
        return "nothing"
    words = "".join(_whole_card_words(card).split())
    birth = re.search(r"(\d{1,4}|元)年(\d{1,2})月(\d{1,2})日生", words)
    expiry = re.search(r"(20\d\d)年\d{1,2}月\d{1,2}日まで", words)
    code = re.findall(r"(?<!\d)\d{4}(?![\d年])", words)
    if birth is None or expiry is None or not code:
        return "nothing"
    year = 1 if birth[1] == "元" else int(birth[1]) % 100
    sent = f"{year:02}{int(birth[2]):02}{int(birth[3]):02}{expiry[1]}{code[0]}"
    return "read" if sent == laying.profile.matching_code_b else "wrong"


@cache
def _plain_tesseract() -> tesserocr.PyTessBaseAPI:
    return tesserocr.PyTessBaseAPI(path=str(find_tessdata(Path("/"))), lang="jpn+eng", psm=11)


def _whole_card_words(card: NDArray[np.uint8]) -> str:
    grey = cv2.cvtColor(card, cv2.COLOR_RGB2GRAY)
    plain = _plain_tesseract()
    plain.SetImageBytes(grey.tobytes(), grey.shape[1], grey.shape[0], 1, grey.shape[1])
    plain.SetSourceResolution(300)
    return str(plain.GetUTF8Text())


def highest_rate(wrong: int, count: int) -> float:
    """Upper end of the one-sided 95 % Clopper-Pearson interval."""
    if wrong >= count:
        return 1.0
    low, high = wrong / count, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        below = sum(
            math.comb(count, k) * rate**k * (1 - rate) ** (count - k) for k in range(wrong + 1)
        )
        low, high = (rate, high) if below > 0.05 else (low, rate)
    return high


def report(outcomes: Sequence[Outcome]) -> None:
    """Prints all figures."""
    _report_group("all", outcomes)
    readable = [outcome for outcome in outcomes if outcome.is_readable]
    _report_group("a person could read", readable)
    _report_group("laid twice at most", [replace(o, result=o.result_laid_again) for o in outcomes])
    wrong = [outcome.number for outcome in outcomes if outcome.result_laid_again == "wrong"]
    layings = len(outcomes) + sum(outcome.result not in _SENT for outcome in outcomes)
    rate = highest_rate(len(wrong), layings)
    print(f"wrong codes sent in {layings} layings: {len(wrong)} {wrong}; below {rate:.2e} (95 %)")
    reasons = Counter(o.result for o in outcomes if o.result not in _SENT)
    print("not read at first:", sorted(o.number for o in outcomes if o.result not in _SENT))
    print("nothing sent:", ", ".join(f"{name} {count}" for name, count in reasons.most_common()))
    done = [outcome for outcome in outcomes if outcome.result == "read"] or outcomes
    pictures = np.percentile([outcome.pictures for outcome in done], (50, 95))
    cpu_s = np.percentile([outcome.cpu_s for outcome in done], (50, 95))
    print(f"pictures until read: p50 {pictures[0]:.0f}, p95 {pictures[1]:.0f} (at {_FPS} a second)")
    print(f"processor time until read: p50 {cpu_s[0]:.2f} s, p95 {cpu_s[1]:.2f} s")
    for name in sorted({o.difficulty for o in outcomes}):
        _report_group(name, [o for o in outcomes if o.difficulty == name])
    for name in sorted({effect for o in outcomes for effect in o.effects}):
        _report_group(name, [o for o in outcomes if name in o.effects])


def _report_group(name: str, outcomes: Sequence[Outcome]) -> None:
    count = max(1, len(outcomes))
    read = sum(outcome.result == "read" for outcome in outcomes)
    wrong = sum(outcome.result == "wrong" for outcome in outcomes)
    print(f"{name:<32} {len(outcomes):6}  read {100 * read / count:6.2f} %  wrong {wrong}")


def _with_progress(outcomes: Iterable[Outcome], count: int) -> Iterator[Outcome]:
    """Tells what came so far, for a run that is stopped."""
    results: Counter[str] = Counter()
    results_laid_again: Counter[str] = Counter()
    for outcome in outcomes:
        results[outcome.result] += 1
        if outcome.result not in _SENT:
            results_laid_again[outcome.result_laid_again] += 1
        if "wrong" in {outcome.result, outcome.result_laid_again}:
            print(f"… wrong: {outcome.number}", flush=True)
        done = results.total()
        if done % 100 == 0:
            print(f"… {done} of {count}: {dict(results)}", flush=True)
            print(f"  laid again: {dict(results_laid_again)}", flush=True)
        yield outcome


def main() -> None:
    """Prints the method and the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.printed_code")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=_UNSEEN_SEED)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--peer", type=int, default=100, help="layings for the naive peer")
    parser.add_argument("--oldest", action="store_true", help="only people born in 大正")
    arguments = parser.parse_args()
    print(__doc__)
    with multiprocessing.get_context("spawn").Pool(arguments.workers) as pool:
        numbers = range(arguments.first, arguments.first + arguments.count)
        holders = sample_oldest if arguments.oldest else sample_profile
        lay_one = partial(lay, seed=arguments.seed, holders=holders)
        laid = pool.imap_unordered(lay_one, numbers, chunksize=4)
        report(list(_with_progress(laid, arguments.count)))
        peer = pool.map(partial(read_naively, seed=arguments.seed), range(arguments.peer))
    if peer:
        shares = {name: 100 * peer.count(name) / len(peer) for name in ("read", "wrong", "nothing")}
        print(f"naive peer, one picture of each of {len(peer)}:", shares)


if __name__ == "__main__":
    main()
