"""Engines for the tests of this folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from device.reader.port import OcrEngine, RecognisedLine


class Blind:
    """Sees nothing; counts what it is given."""

    def __init__(self) -> None:
        self.lines = 0

    def recognise(self, line: NDArray[np.uint8], alphabet: str) -> RecognisedLine:
        self.lines += 1
        return RecognisedLine("", 0.0)


@dataclass
class Mistaken:
    """Reads as another engine does, but some words for others."""

    engine: OcrEngine
    words: Mapping[str, str] = field(default_factory=dict)

    def recognise(self, line: NDArray[np.uint8], alphabet: str) -> RecognisedLine:
        read = self.engine.recognise(line, alphabet)
        text = read.text
        for right, wrong in self.words.items():
            text = text.replace(right, wrong)
        return RecognisedLine(text, read.confidence)
