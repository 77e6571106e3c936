"""Reads the security code in the strips of one picture."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from device.reader.front.agreement import Weight
from device.reader.front.field_text import ALPHABET, security_code_in
from device.reader.front.line_net import DIGITS
from device.reader.front.line_words import (
    likeliest_words,
    log_likelihood_of_digits,
    log_likelihoods,
    numbers_in,
)
from device.reader.front.second_opinion import weighed
from device.reader.front.sighting import Sighting, best_sighting
from device.reader.front.strips import PartStrips, Preparation, Strip
from device.reader.port import OcrEngine

_LENGTH = 4


def read_security_code(
    part: PartStrips, engine: OcrEngine, preparation: Preparation
) -> Iterator[tuple[str, Weight]]:
    """The four digits and what the reading weighs."""
    best = best_sighting(part, _look, str, _is_hit)
    if best is None:
        return
    read = _read_by(engine, best.strip.picture(preparation), best.value)
    yield from weighed(best, read)


def _look(strips: Sequence[Strip]) -> Sighting[str] | None:
    seen = [sighting for strip in strips for sighting in _seen(strip)]
    return max(seen, key=lambda sighting: sighting.fit, default=None)


def _seen(strip: Strip) -> Iterator[Sighting[str]]:
    """Four digits; dirt beside them may look like one more sign."""
    digits = "".join(sign for sign in likeliest_words(strip.answers) if sign in DIGITS)
    codes = [digits[first : first + _LENGTH] for first in range(len(digits) - _LENGTH + 1)]
    fit = log_likelihood_of_digits(strip.answers, _LENGTH) if codes else -np.inf
    if np.isfinite(fit):
        each = log_likelihoods(strip.answers, codes)
        best = int(each.argmax())
        yield Sighting(codes[best], float(np.exp(each[best] - fit)), fit, strip)


def _is_hit(seen: Sighting[str]) -> bool:
    return any(map(seen.strip.is_hit, numbers_in(seen.strip.answers)))


def _read_by(engine: OcrEngine, picture: NDArray[np.uint8], seen: str) -> str | None:
    """Digits alone first; engines that know whole lines see some fonts better.

    An engine that contradicts itself has seen nothing.
    """
    digits = security_code_in(engine.recognise(picture, DIGITS).text)
    if digits == seen:
        return digits
    signs = security_code_in(engine.recognise(picture, ALPHABET).text)
    return signs if signs in (seen, digits) else None
