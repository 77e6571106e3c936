from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks import scratched_code
from device.reader.front.agreement import SURE, Weight
from device.reader.ocr.tesseract import Settings, create


def result_of_a_harmless_scratch() -> str:
    rng = np.random.default_rng(1)
    return scratched_code._result(rng, create(Settings()), 2, 3, 0.0)


def test_a_code_nothing_happened_to_is_read() -> None:
    assert result_of_a_harmless_scratch() == "read"


@pytest.mark.parametrize(("readings", "result"), [([("0000", SURE)], "wrong"), ([], "refused")])
def test_what_is_misread_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, readings: list[tuple[str, Weight]], result: str
) -> None:
    def read(*_: object) -> Iterator[tuple[str, Weight]]:
        yield from readings

    monkeypatch.setattr(scratched_code, "read_security_code", read)
    assert result_of_a_harmless_scratch() == result
