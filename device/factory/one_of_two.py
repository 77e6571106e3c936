"""Makes a TensorFlow Lite network that takes two pictures at once take one.

Some published face networks were exported for an application that compares two faces, with the
number 2 written into every shape. Only those numbers are changed, where they stand; the result is
then compared with the network it came from.

Source: TensorFlow Lite schema v3 (table slots as in facts/face.md §6.6).
"""

import struct
from collections.abc import Iterator

import numpy as np
from flatbuffers import number_types
from flatbuffers.table import Table

from device.face.interpreter import FILE_IDENTIFIER, Settings
from device.face.runtimes import auto
from device.factory.errors import ModelCheckError, ModelSourceError

_WAS, _IS = 2, 1
_RESHAPE = 22
"""Builtin operator code."""
_TOLERANCE = 1e-4
_INTEGER = struct.Struct("<i")


def one_of_two(content: bytes) -> bytes:
    """The same network for one picture.

    Args:
        content: a `.tflite` file whose every activation begins with a dimension of 2.

    Raises:
        ModelSourceError: if it is no such file.
        ModelCheckError: if the two networks do not give the same values.
    """
    if content[4:8] != FILE_IDENTIFIER:
        raise ModelSourceError("the model file is no TensorFlow Lite model")
    changed = bytearray(content)
    try:
        network = _Network(changed)
        shape, places = network.input_shape, list(network.places())
    except (struct.error, IndexError, TypeError, ValueError) as error:
        raise ModelSourceError("the model file is damaged") from error
    for place in places:
        if _INTEGER.unpack_from(changed, place) != (_WAS,):
            raise ModelSourceError("the model file does not take two pictures at once")
        _INTEGER.pack_into(changed, place, _IS)
    model = bytes(changed)
    _compare(content, model, shape)
    return model


class _Network:
    """The parts of a model file that name the number of pictures."""

    def __init__(self, content: bytearray) -> None:
        (root,) = struct.unpack_from("<I", content)
        model = Table(content, root)
        subgraph, *others = _tables(model, 2)
        if others:
            raise ModelSourceError("the model file holds more than one network")
        codes = _tables(model, 1)
        self._reshapes = {index for index, code in enumerate(codes) if _code(code) == _RESHAPE}
        self._buffers = _tables(model, 4)
        self._tensors, self._operators = _tables(subgraph, 0), _tables(subgraph, 3)
        self._input = _integers(subgraph, 1)[0]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of the tensor that the caller fills."""
        return _integers(self._tensors[self._input], 0)

    def places(self) -> Iterator[int]:
        """Offsets in the file: of every activation's shape, and of shapes to be taken on."""
        for tensor in self._tensors:
            if not _length(self._constant(tensor), 0):
                yield _start(tensor, 0)
        for operator in self._operators:
            if _integer(operator, 0) in self._reshapes:
                _, shape = _integers(operator, 1)
                yield _start(self._constant(self._tensors[shape]), 0)

    def _constant(self, tensor: Table) -> Table:
        return self._buffers[_integer(tensor, 2)]


def _code(code: Table) -> int:
    """The new field, or the old one of files that lack it."""
    offset = code.Offset(_slot(0))
    old = int(code.Get(number_types.Int8Flags, code.Pos + offset)) if offset else 0
    return max(old, _integer(code, 3))


def _tables(table: Table, slot: int) -> list[Table]:
    count = _length(table, slot)
    places = (_start(table, slot) + 4 * index for index in range(count))
    return [Table(table.Bytes, table.Indirect(place)) for place in places]


def _integers(table: Table, slot: int) -> tuple[int, ...]:
    return struct.unpack_from(f"<{_length(table, slot)}i", table.Bytes, _start(table, slot))


def _start(table: Table, slot: int) -> int:
    return int(table.Vector(table.Offset(_slot(slot))))


def _length(table: Table, slot: int) -> int:
    offset = table.Offset(_slot(slot))
    return int(table.VectorLen(offset)) if offset else 0


def _integer(table: Table, slot: int) -> int:
    offset = table.Offset(_slot(slot))
    return int(table.Get(number_types.Uint32Flags, table.Pos + offset)) if offset else 0


def _slot(number: int) -> int:
    return 4 + 2 * number


def _compare(two: bytes, one: bytes, shape: tuple[int, ...]) -> None:
    runtime = auto.create(Settings())
    before, after = runtime.load(two), runtime.load(one)
    pictures = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    together = before.run(pictures)
    apart = np.concatenate([after.run(picture[None]) for picture in pictures])
    if together.shape != apart.shape or np.abs(together - apart).max() > _TOLERANCE:
        raise ModelCheckError("the network gives one picture other values than two")
    if np.abs(apart[0] - apart[1]).max() <= _TOLERANCE:
        raise ModelCheckError("the network gives the same values for different pictures")
