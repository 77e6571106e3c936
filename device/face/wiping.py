"""Overwrites pictures and embeddings once they are no longer needed."""

from types import TracebackType
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from device.face.embedder import Embedding
from device.face.port import Image, Values

Exact = NDArray[np.float64]
Personal = TypeVar("Personal", Image, Values, Exact, Embedding)


class WipedAfterwards:
    """Collects personal arrays and fills them with zeros at the end, whatever happens before.

    Copies that Python, numpy or other libraries made on the way are out of its reach: see
    `device.private_memory` for those.
    """

    def __init__(self) -> None:
        self._arrays: list[Image | Values | Exact] = []

    def keep(self, personal: Personal) -> Personal:
        """Notes a picture, an embedding or its bare values, and hands it back."""
        match personal:
            case Embedding():
                self._arrays.append(personal.values)
            case np.ndarray():
                self._arrays.append(personal)
        return personal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._arrays:
            self._arrays.pop().fill(0)
