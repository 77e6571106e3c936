"""What the face check costs on one thread, beside dlib and the reference models in the same run.

`python -m benchmarks.face [--rounds N] [--references DIR] [--dlib-python PYTHON]` looks at the
committed pictures of people who do not exist, 640 x 480 px, and prints the median time of each step
and its 95th percentile; steps and peers take turns picture by picture, so that they see the same
load. Pictures in which liveness waits and those in which it measures a turn are told apart; what it
draws comes from a seed, so that each run has as many of both.

The peer is dlib through the package `face_recognition`, in an environment of its own whose Python
is named (`python3 -m venv DIR && DIR/bin/pip install "setuptools<81" face_recognition`, which
compiles for ten minutes); it detects, finds its landmarks and embeds once by the same weights,
where the check embeds the mirror image too. With `--references` (a folder with `mediapipe/`,
`teacher_mobileface_v2/` and `reference_insightface_mbf/`) the networks there run once a picture on
the same engine; that is inference alone, without resampling, beside that of the check's own
network. Freed memory is overwritten as in the reader, which takes its time too. Memory is the peak
of a process that holds the whole check and one picture at a time. Times depend on the machine; only
ratios of one run say something.
"""

import argparse
import importlib
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from PIL import Image as PillowImage

from device.face.bundle import read_detector, read_embedder, read_occlusion
from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.interpreter import Settings
from device.face.liveness.challenges import SIDES, BlinkAndTurn
from device.face.liveness.plan import LivenessPlan
from device.face.liveness.port import Prompt, Sight
from device.face.loading import MODELS_FOLDER
from device.face.occlusion import Occlusion
from device.face.port import Image, Values
from device.face.quality import QualityLimits, judge
from device.face.runtimes import auto
from device.private_memory import overwrite_freed_memory

_PEOPLE = Path(__file__).parents[1] / "tests" / "hw_sim" / "people"
_PEER = Path(__file__).with_name("dlib_peer.py")
_LIVE_PICTURES = 6
"""Of each person."""
_PACE_S = 0.1
_SEED = 1
"""Of what liveness draws, so that as many pictures wait and are turned in each run."""
_REFERENCES = {
    "BlazeFace short range, inference": "mediapipe/face_detection_short_range.tflite",
    "MobileFace V2, inference": "teacher_mobileface_v2/mobileface_v2_fp32_b1.tflite",
    "MobileFaceNet, inference": "reference_insightface_mbf/teacher_fp32_b1.tflite",
}
_WAITING, _TURN_MEASURED = "liveness, waiting", "liveness, turn measured"
_FRAME = "frame without embedding"
_WHOLE = "end to end"
_DLIB, _DLIB_EMBEDS = "dlib, end to end", "dlib, landmarks and embedding"
_DLIB_GOAL = 8
"""Times as long as the check."""


@dataclass(slots=True)
class Times:
    """Milliseconds of each step, picture by picture."""

    of: dict[str, list[float]] = field(default_factory=dict)
    """By the step's name."""

    def measure(self, name: str, work: Callable[[], object]) -> float:
        """Does it and notes how long it took."""
        begun_s = time.perf_counter()
        work()
        took_ms = 1000 * (time.perf_counter() - begun_s)
        self.note(name, took_ms)
        return took_ms

    def note(self, name: str, took_ms: float) -> None:
        """Adds one figure."""
        self.of.setdefault(name, []).append(took_ms)


@dataclass(frozen=True, slots=True)
class Process:
    """What a program needs besides time a picture."""

    start_up_ms: float
    """Until it can look at the first picture, Python included."""
    peak_mb: float
    """Largest resident memory."""


class _SeededDraw:
    """What liveness draws, the same in each run."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(_SEED)

    def choice(self, of: tuple[Prompt, Prompt], /) -> Prompt:
        return of[int(self._rng.integers(2))]


class Check:
    """The steps of one frame, by the product's own parts."""

    def __init__(self) -> None:
        runtime = auto.create(Settings())
        detector = read_detector(MODELS_FOLDER / "detector")
        occlusion = read_occlusion(MODELS_FOLDER / "occlusion")
        embedder = read_embedder(MODELS_FOLDER / "resnet29")
        self._network = runtime.load(embedder.content)
        self._pixels = np.zeros((1, embedder.input_px, embedder.input_px, 3), np.float32)
        self._detector = Detector(detector, runtime.load(detector.content))
        self._occlusion = Occlusion(occlusion, runtime.load(occlusion.content))
        self._embedder = Embedder(embedder, self._network)
        self._draw = _SeededDraw()
        self._liveness = BlinkAndTurn(LivenessPlan(), self._draw)
        self._seen = 0

    def look(self, image: Image, times: Times) -> None:
        """One picture, step by step; every person's pictures come in a row."""
        faces = self._detector.faces(image)
        points = faces[0].points
        chip = self._embedder.aligned(image, points)
        frame_ms = (
            times.measure("detect", partial(self._detector.faces, image)),
            times.measure("judge", partial(judge, image, faces, QualityLimits())),
            times.measure("look for a mask", partial(self._occlusion.covers, image, points)),
            times.measure("align", partial(self._embedder.aligned, image, points)),
            times.measure("liveness", partial(self._observe, image, faces[0].points)),
        )
        times.note(_TURN_MEASURED if self._has_measured_turn() else _WAITING, frame_ms[-1])
        embed_ms = times.measure("embed, with mirror image", partial(self._embedder.embed, chip))
        times.measure("its network, inference", partial(self._network.run, self._pixels))
        times.note(_FRAME, sum(frame_ms))
        times.note(_WHOLE, sum(frame_ms) + embed_ms)

    def _observe(self, image: Image, points: Values) -> None:
        if self._seen % _LIVE_PICTURES == 0:
            self._liveness = BlinkAndTurn(LivenessPlan(), self._draw)
            self._liveness.begin(0.0)
        at_s = _PACE_S * (self._seen % _LIVE_PICTURES)
        self._liveness.observe(
            Sight(image, points, at_s, is_good=True, is_same_person=lambda: True)
        )
        self._seen += 1

    def _has_measured_turn(self) -> bool:
        turn = self._liveness._turn  # noqa: SLF001 - nobody else asks what a picture was for
        return self._liveness.prompt() in SIDES and turn is not None and not turn.has_skipped


class Dlib:
    """dlib in a process of its own, one picture at a time."""

    def __init__(self, python: Path) -> None:
        begun_s = time.perf_counter()
        # What this project's Python is told by its surroundings is not meant for another one.
        surroundings = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        self._process = subprocess.Popen(
            [str(python), "-W", "ignore", str(_PEER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=surroundings | {"OMP_NUM_THREADS": "1"},
        )
        if self._line() != "ready\n":
            raise SystemExit(f"{python} has no face_recognition")
        self._start_up_ms = 1000 * (time.perf_counter() - begun_s)
        self.missed = 0

    def look(self, picture: Path, times: Times) -> None:
        """One picture, opened by the peer itself."""
        self._send(f"{picture}\n")
        answer = json.loads(self._line())
        self.missed += answer["faces"] == 0
        times.note(_DLIB, answer["whole_ms"])
        times.note(_DLIB_EMBEDS, answer["whole_ms"] - answer["detect_ms"])

    def end(self) -> Process:
        """Tells what it needed."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        peak_mb = float(json.loads(self._line())["peak_mb"])
        return Process(self._start_up_ms, peak_mb)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()

    def _send(self, line: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def _line(self) -> str:
        return "" if self._process.stdout is None else self._process.stdout.readline()


def paths() -> Iterator[Path]:
    """Pictures of everybody before the camera, one person after the other."""
    for person in sorted(_PEOPLE.iterdir()):
        yield from sorted(person.glob("live/*.jpg"))[:_LIVE_PICTURES]


def opened(path: Path) -> Image:
    """The picture."""
    return np.asarray(PillowImage.open(path).convert("RGB"), np.uint8)


def _references(folder: Path | None) -> Iterator[tuple[str, Callable[[], object]]]:
    for name, path in _REFERENCES.items():
        if folder is not None and (folder / path).is_file():
            yield name, _inference(folder / path)


def _inference(path: Path) -> Callable[[], object]:
    """A network of any number of outputs, on the engine that the check uses."""
    engines = ("ai_edge_litert", "tflite_runtime")
    engine = next(name for name in engines if importlib.util.find_spec(name))
    interpreter = importlib.import_module(f"{engine}.interpreter").Interpreter(
        model_path=str(path), num_threads=1
    )
    interpreter.allocate_tensors()
    (taken,) = interpreter.get_input_details()
    interpreter.set_tensor(taken["index"], np.zeros(taken["shape"], np.float32))
    return partial(interpreter.invoke)


def own_process() -> Process:
    """Of fresh processes of the check: one that is ready and one that looks at every picture."""
    begun_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", "from benchmarks.face import Check; Check()"], check=True)
    start_up_ms = 1000 * (time.perf_counter() - begun_s)
    program = (
        "from benchmarks.face import Check, Times, opened, overwrite_freed_memory, paths, peak_mb\n"
        "overwrite_freed_memory()\n"
        "check = Check()\n"
        "for path in paths(): check.look(opened(path), Times())\n"
        "print(peak_mb())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    return Process(start_up_ms, float(done.stdout))


def peak_mb() -> float:
    """Largest resident memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Prints the method and the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.face")
    parser.add_argument("--rounds", type=int, default=2, help="looks at every picture")
    parser.add_argument("--references", type=Path, help="folder of the reference models")
    parser.add_argument("--dlib-python", type=Path, help="of an environment with face_recognition")
    options = parser.parse_args()
    print(__doc__)
    overwrite_freed_memory()
    times, check = Times(), Check()
    references = list(_references(options.references))

    def look(path: Path) -> None:
        check.look(opened(path), times)
        for name, infer in references:
            times.measure(name, infer)

    rounds = chain.from_iterable(paths() for _ in range(options.rounds))
    if options.dlib_python is None:
        for path in rounds:
            look(path)
        report(times, own_process(), None)
        return
    with Dlib(options.dlib_python) as dlib:
        for path in rounds:
            look(path)
            dlib.look(path, times)
        needed = dlib.end()
    report(times, own_process(), needed)
    print(f"pictures without a face to dlib    {dlib.missed}")


def report(times: Times, own: Process, dlib: Process | None) -> None:
    """Prints all figures.

    Args:
        times: of all steps and peers.
        own: what the check's process needs.
        dlib: what the peer's process needs; None: it was not measured.
    """
    for name, values in times.of.items():
        print(
            f"{name:<34} p50 {statistics.median(values):7.2f} ms  p95 {_p95(values):7.2f} ms"
            f"  {len(values):4} times"
        )
    medians = {name: statistics.median(values) for name, values in times.of.items()}
    print(f"frames a second without embedding  {1000 / medians[_FRAME]:.0f}")
    _print_process("", own)
    if dlib is None:
        print("dlib was not measured: name its environment's Python by --dlib-python")
        return
    _print_process("dlib, ", dlib)
    ratio = medians[_DLIB] / medians[_WHOLE]
    verdict = "reached" if ratio >= _DLIB_GOAL else "missed"
    print(f"dlib takes {ratio:.1f} times as long end to end (goal {_DLIB_GOAL}: {verdict})")


def _print_process(whose: str, process: Process) -> None:
    print(f"{whose + 'start-up, Python included':<34} {process.start_up_ms:.0f} ms")
    print(f"{whose + 'peak resident memory':<34} {process.peak_mb:.0f} MB")


def _p95(values: list[float]) -> float:
    return float(np.percentile(values, 95))


if __name__ == "__main__":
    main()
