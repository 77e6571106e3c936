"""What the face check costs on one thread, beside dlib and the reference models in the same run.

`python -m benchmarks.face [--rounds N] [--references DIR]` looks at the committed pictures of
people who do not exist, 640 x 480 px, and prints the median time of each step and its 95th
percentile; steps and peers take turns picture by picture, so that they see the same load.

The peer is dlib through the package `face_recognition`, which anybody may install beside the
project (it compiles for ten minutes); it detects, finds its landmarks and embeds by the same
weights. Without it that row is left out and said to be. With `--references` (a folder with
`mediapipe/` and `teacher_mobileface_v2/`) the networks there run once a picture on the same
engine; that is inference alone, without resampling. Memory is the peak of a process that holds
the whole check and one picture at a time. Times depend on the machine; only ratios of one run say
something.
"""

import argparse
import importlib.util
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
from types import ModuleType

import numpy as np
from PIL import Image as PillowImage

from device.face.bundle import read_detector, read_embedder
from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.port import Image
from device.face.quality import QualityLimits, judge
from device.face.runtimes import auto

_PEOPLE = Path(__file__).parents[1] / "tests" / "hw_sim" / "people"
_LIVE_PICTURES = 6
"""Of each person."""
_REFERENCES = {
    "BlazeFace short range, inference": "mediapipe/face_detection_short_range.tflite",
    "MobileFace V2, inference": "teacher_mobileface_v2/mobileface_v2_fp32_b1.tflite",
}
_FRAME = "frame without embedding"
_WHOLE = "end to end"
_DLIB = "dlib, end to end"


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


class Check:
    """The steps of one frame, by the product's own parts."""

    def __init__(self) -> None:
        runtime = auto.create(Settings())
        detector = read_detector(MODELS_FOLDER / "detector")
        embedder = read_embedder(MODELS_FOLDER / "resnet29")
        self._detector = Detector(detector, runtime.load(detector.content))
        self._embedder = Embedder(embedder, runtime.load(embedder.content))

    def look(self, image: Image, times: Times) -> None:
        """One picture, step by step."""
        faces = self._detector.faces(image)
        points = faces[0].points
        chip = self._embedder.aligned(image, points)
        frame_ms = (
            times.measure("detect", partial(self._detector.faces, image)),
            times.measure("judge", partial(judge, image, faces, QualityLimits())),
            times.measure("align", partial(self._embedder.aligned, image, points)),
        )
        embed_ms = times.measure("embed, with mirror image", partial(self._embedder.embed, chip))
        times.note(_FRAME, sum(frame_ms))
        times.note(_WHOLE, sum(frame_ms) + embed_ms)


def pictures() -> Iterator[Image]:
    """Of everybody before the camera, opened one after the other."""
    for person in sorted(_PEOPLE.iterdir()):
        for path in sorted(person.glob("live/*.jpg"))[:_LIVE_PICTURES]:
            yield np.asarray(PillowImage.open(path).convert("RGB"), np.uint8)


def _dlib() -> Callable[[Image], object] | None:
    if importlib.util.find_spec("face_recognition") is None:
        return None
    # The models' package asks for this module at its import; newer environments lack it.
    resources = ModuleType("pkg_resources")
    resources.__dict__["resource_filename"] = _file_of
    sys.modules.setdefault("pkg_resources", resources)
    return partial(importlib.import_module("face_recognition").face_encodings, model="small")


def _file_of(package: str, name: str) -> str:
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return str(Path(folders[0]) / name) if folders else name


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


def _start_up_ms() -> float:
    begun_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", "from benchmarks.face import Check; Check()"], check=True)
    return 1000 * (time.perf_counter() - begun_s)


def _peak_mb() -> float:
    """Of a fresh process, that looks at every picture once."""
    program = (
        "from benchmarks.face import Check, Times, pictures, peak_mb\n"
        "check = Check()\n"
        "for image in pictures(): check.look(image, Times())\n"
        "print(peak_mb())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def peak_mb() -> float:
    """Largest resident memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Prints the method and the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.face")
    parser.add_argument("--rounds", type=int, default=2, help="looks at every picture")
    parser.add_argument("--references", type=Path, help="folder of the reference models")
    options = parser.parse_args()
    print(__doc__)
    times, check, dlib = Times(), Check(), _dlib()
    references = list(_references(options.references))
    for image in chain.from_iterable(pictures() for _ in range(options.rounds)):
        check.look(image, times)
        for name, infer in references:
            times.measure(name, infer)
        if dlib is not None:
            times.measure(_DLIB, partial(dlib, image))
    _report(times)


def _report(times: Times) -> None:
    for name, values in times.of.items():
        print(f"{name:<34} p50 {statistics.median(values):7.2f} ms  p95 {_p95(values):7.2f} ms")
    medians = {name: statistics.median(values) for name, values in times.of.items()}
    print(f"frames a second without embedding  {1000 / medians[_FRAME]:.0f}")
    if _DLIB in medians:
        print(f"dlib takes {medians[_DLIB] / medians[_WHOLE]:.1f} times as long end to end")
    else:
        print("dlib is not installed: pip install face_recognition")
    print(f"start-up, Python included          {_start_up_ms():.0f} ms")
    print(f"peak resident memory               {_peak_mb():.0f} MB")


def _p95(values: list[float]) -> float:
    return float(np.percentile(values, 95))


if __name__ == "__main__":
    main()
