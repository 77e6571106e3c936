"""How often a scratch through the digits makes another security code of them.

`python -m benchmarks.scratched_code [--count N] [--seed S]` prints N codes for each row, draws one
straight scratch through the digits of each and reads twenty pictures of it (shaken by 0.1 mm, out
of focus, noisy) as the reader does: ink, scratches, network, Tesseract, agreement. Every card of
this benchmark is scratched where it hurts, so its rates are not those of a clinic; they tell which
scratches the reader must know to be safe. How deep scratches on real cards go is in no public
source. `benchmarks/printed_code.py` measures cards with the usual, fainter ones.
"""

import argparse
from collections import Counter
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from device.reader.front.agreement import Ballot
from device.reader.front.blinding_light import CODE_REACH_MM
from device.reader.front.code_reading import read_security_code
from device.reader.front.flat_card import PX_PER_MM
from device.reader.front.front_reading import PREPARATIONS
from device.reader.front.ink import Ink, print_on
from device.reader.front.layout import MY_NUMBER_CARD
from device.reader.front.strips import PartStrips
from device.reader.ocr.tesseract import Settings, create
from device.reader.port import OcrEngine
from tests.hw_sim.card_front.fonts import CODE_FAMILIES, font

_ROWS = ((2, 3, 0.4), (2, 3, 0.7), (2, 3, 1.0), (4, 6, 0.7), (4, 6, 1.0))
"""Least and greatest width in pixels of the straightened card; share of the ink that is gone."""
_PICTURES = 20
_HEIGHT_PX, _WIDTH_PX = 68, 252
_LEFT_PX, _TOP_PX, _EM_PX = 20, 14, 34
_STRIPS_EM_PX = MY_NUMBER_CARD.security_code_em_mm * PX_PER_MM
_PAPER, _BARE, _INK = 205.0, 235.0, 0.85
_DIGITS_PX = (22, 95)


def main() -> None:
    """Prints a row for each kind of scratch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(__doc__)
    cv2.setNumThreads(1)
    engine = create(Settings())
    for row in _ROWS:
        rng = np.random.default_rng([options.seed, *map(round, (row[0], row[1], 10 * row[2]))])
        results = Counter(_result(rng, engine, *row) for _ in range(options.count))
        least_mm, most_mm = (width / PX_PER_MM for width in row[:2])
        print(
            f"{least_mm:.2f} to {most_mm:.2f} mm, {row[2]:4.0%} of the ink gone: "
            f"read {results['read']}, refused {results['refused']}, wrong {results['wrong']}",
            flush=True,
        )


def _result(
    rng: np.random.Generator, engine: OcrEngine, least_px: int, most_px: int, gone: float
) -> str:
    code = "".join(str(digit) for digit in rng.integers(0, 10, 4))
    ink = _printed(code, str(rng.choice(CODE_FAMILIES)))
    card = _PAPER * (1 - _INK * ink)
    scratch = _scratch(rng, int(rng.integers(least_px, most_px + 1)))
    card = np.where(scratch, gone * _BARE + (1 - gone) * card, card).astype(np.float32)
    ballot: Ballot[str] = Ballot()
    for picture, preparation in zip(_pictures(rng, card), PREPARATIONS * _PICTURES, strict=False):
        part = PartStrips(print_on(picture, CODE_REACH_MM), _STRIPS_EM_PX)
        readings = list(read_security_code(part, engine, preparation))
        for value, weight in readings:
            ballot.cast(value, weight)
        if not readings:
            ballot.abstain()
        if ballot.winner() is not None:
            return "read" if ballot.winner() == code else "wrong"
    return "refused"


def _printed(code: str, family: str) -> Ink:
    page = Image.new("L", (_WIDTH_PX, _HEIGHT_PX), 0)
    ImageDraw.Draw(page).text((_LEFT_PX, _TOP_PX), code, 255, font(family, _EM_PX))
    return np.asarray(page, np.float32) / 255


def _scratch(rng: np.random.Generator, width_px: int) -> NDArray[np.bool_]:
    middle, lean = rng.uniform(*_DIGITS_PX), rng.normal(0, 0.9) * _HEIGHT_PX / 2
    ends = ((round(middle - lean), 0), (round(middle + lean), _HEIGHT_PX - 1))
    drawn = np.zeros((_HEIGHT_PX, _WIDTH_PX), np.uint8)
    cv2.line(drawn, *ends, (1,), width_px)
    return drawn > 0


def _pictures(rng: np.random.Generator, card: NDArray[np.float32]) -> Iterator[NDArray[np.uint8]]:
    for _ in range(_PICTURES):
        shake = np.array([[1, 0, rng.normal(0, 1.5)], [0, 1, rng.normal(0, 1.5)]], np.float32)
        size = (_WIDTH_PX, _HEIGHT_PX)
        seen = cv2.warpAffine(card, shake, size, borderMode=cv2.BORDER_REPLICATE)
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.8, 1.3))
        noisy = seen[..., None] + rng.normal(0, 3.0, (*seen.shape, 3))
        yield np.clip(noisy, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
