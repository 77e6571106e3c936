"""Writes a graph as a TensorFlow Lite file, with nothing but the `flatbuffers` package.

Weights lie on 16-byte boundaries as the schema asks, so that they can be mapped instead of copied.

Source: TensorFlow Lite schema v3 (table slots as in facts/face.md §6.6).
"""

from collections.abc import Callable, Sequence

import flatbuffers
import numpy as np

from device.factory.tflite_graph import Graph, Operation, OperatorRecord, Tensor, TensorRecord

SCHEMA_VERSION = 3
FILE_IDENTIFIER = b"TFL3"
BUFFER_ALIGNMENT_BYTES = 16
FLOAT32 = 0
STORED_TYPE = {np.dtype(np.float32): FLOAT32, np.dtype(np.float16): 1, np.dtype(np.int32): 2}

OPTIONS_TYPE = {
    Operation.CONV_2D: 1,
    Operation.DEPTHWISE_CONV_2D: 2,
    Operation.MAX_POOL_2D: 5,
    Operation.AVERAGE_POOL_2D: 5,
    Operation.ADD: 11,
    Operation.RESHAPE: 17,
    Operation.PAD: 22,
    Operation.DEQUANTIZE: 38,
}
BYTE_SLOTS = {
    Operation.CONV_2D: {0, 3},
    Operation.DEPTHWISE_CONV_2D: {0, 4},
    Operation.MAX_POOL_2D: {0, 5},
    Operation.AVERAGE_POOL_2D: {0, 5},
    Operation.ADD: {0},
}
"""Slots of an options table that are one byte wide (padding and activation)."""
OPERATOR_VERSION = {Operation.DEQUANTIZE: 2}


def write_tflite(graph: Graph, outputs: Sequence[Tensor], description: str) -> bytes:
    """Serialises the graph.

    Args:
        graph: the network.
        outputs: the tensors the caller reads.
        description: one line that goes into the file.

    Returns:
        The bytes of a `.tflite` file.
    """
    builder = flatbuffers.Builder(1 << 20)
    operations = sorted({operator.operation for operator in graph.operators})
    constants = [t for t in graph.tensors if t.constant is not None]
    buffers = [_buffer(builder, None), *(_buffer(builder, t) for t in constants)]
    codes = [_operator_code(builder, operation) for operation in operations]
    subgraph = _subgraph(builder, graph, outputs, operations)
    text = builder.CreateString(description)
    code_vector = _offsets(builder, codes)
    subgraphs = _offsets(builder, [subgraph])
    buffer_vector = _offsets(builder, buffers)
    builder.StartObject(5)
    builder.PrependUint32Slot(0, SCHEMA_VERSION, 0)
    for slot, offset in enumerate((code_vector, subgraphs, text, buffer_vector), 1):
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    builder.Finish(builder.EndObject(), FILE_IDENTIFIER)
    return bytes(builder.Output())


def _subgraph(
    builder: flatbuffers.Builder,
    graph: Graph,
    outputs: Sequence[Tensor],
    operations: list[Operation],
) -> int:
    tensors, buffer = [], 0
    for tensor in graph.tensors:
        buffer += tensor.constant is not None
        tensors.append(_tensor(builder, tensor, buffer if tensor.constant is not None else 0))
    operators = [_operator(builder, operator, operations) for operator in graph.operators]
    parts = (
        _offsets(builder, tensors),
        _integers(builder, graph.inputs),
        _integers(builder, [tensor.index for tensor in outputs]),
        _offsets(builder, operators),
    )
    return _table(builder, parts)


def _buffer(builder: flatbuffers.Builder, tensor: TensorRecord | None) -> int:
    """Buffer 0 is empty by the schema's rule."""
    if tensor is None or tensor.constant is None:
        return _table(builder, (0,))
    data = tensor.constant.tobytes()
    builder.StartVector(1, len(data), BUFFER_ALIGNMENT_BYTES)
    builder.head -= len(data)
    builder.Bytes[builder.head : builder.head + len(data)] = data
    return _table(builder, (builder.EndVector(),))


def _tensor(builder: flatbuffers.Builder, tensor: TensorRecord, buffer: int) -> int:
    shape = _integers(builder, tensor.shape)
    kind = FLOAT32 if tensor.constant is None else STORED_TYPE[tensor.constant.dtype]
    builder.StartObject(3)
    builder.PrependUOffsetTRelativeSlot(0, shape, 0)
    builder.PrependInt8Slot(1, kind, 0)
    builder.PrependUint32Slot(2, buffer, 0)
    return int(builder.EndObject())


def _operator_code(builder: flatbuffers.Builder, operation: Operation) -> int:
    builder.StartObject(4)
    builder.PrependInt8Slot(0, operation, 0)
    builder.PrependInt32Slot(2, OPERATOR_VERSION.get(operation, 1), 1)
    builder.PrependInt32Slot(3, operation, 0)
    return int(builder.EndObject())


def _operator(
    builder: flatbuffers.Builder, operator: OperatorRecord, operations: list[Operation]
) -> int:
    byte_slots = BYTE_SLOTS.get(operator.operation, set())
    inputs = _integers(builder, operator.inputs)
    outputs = _integers(builder, [operator.output])
    builder.StartObject(len(operator.options))
    for slot, value in enumerate(operator.options):
        prepend: Callable[[int, int, int], None] = (
            builder.PrependInt8Slot if slot in byte_slots else builder.PrependInt32Slot
        )
        prepend(slot, value, 0)
    options = builder.EndObject()
    builder.StartObject(5)
    builder.PrependUint32Slot(0, operations.index(operator.operation), 0)
    builder.PrependUOffsetTRelativeSlot(1, inputs, 0)
    builder.PrependUOffsetTRelativeSlot(2, outputs, 0)
    builder.PrependUint8Slot(3, OPTIONS_TYPE[operator.operation], 0)
    builder.PrependUOffsetTRelativeSlot(4, options, 0)
    return int(builder.EndObject())


def _table(builder: flatbuffers.Builder, offsets: Sequence[int]) -> int:
    builder.StartObject(len(offsets))
    for slot, offset in enumerate(offsets):
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    return int(builder.EndObject())


def _offsets(builder: flatbuffers.Builder, offsets: Sequence[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())


def _integers(builder: flatbuffers.Builder, values: Sequence[int]) -> int:
    builder.StartVector(4, len(values), 4)
    for value in reversed(values):
        builder.PrependInt32(value)
    return int(builder.EndVector())
