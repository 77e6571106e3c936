"""Overwrites pictures and embeddings once they are no longer needed."""

from types import TracebackType
from typing import Self, TypeVar

import numpy as np

from device.face.embedder import Embedding
from device.face.port import Image, Values

Personal = TypeVar("Personal", Image, Embedding)


class WipedAfterwards:
    """Collects personal arrays and fills them with zeros at the end, whatever happens before.

    Copies that Python or numpy made on the way are out of reach; the arrays that carry a face or an
    embedding from one step to the next are not.
    """

    def __init__(self) -> None:
        self._arrays: list[Image | Values] = []

    def keep(self, personal: Personal) -> Personal:
        """Notes a picture or an embedding and hands it back."""
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
