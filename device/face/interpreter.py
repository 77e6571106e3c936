"""Runs a network through the interpreter that LiteRT and its predecessor have in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Protocol

import numpy as np
from msgspec import Meta

from device.face.errors import ModelError
from device.face.port import Values
from device.tables import Table

FILE_IDENTIFIER = b"TFL3"


class Settings(Table, frozen=True):
    """How an inference engine runs."""

    threads: Annotated[int, Meta(ge=1, le=4)] = 1
    """Threads a network may use."""


class Interpreter(Protocol):
    """The calls of `tflite_runtime` and `ai_edge_litert` that are used here."""

    def allocate_tensors(self) -> None: ...  # noqa: D102
    def get_input_details(self) -> Sequence[Mapping[str, object]]: ...  # noqa: D102
    def get_output_details(self) -> Sequence[Mapping[str, object]]: ...  # noqa: D102
    def set_tensor(self, index: object, values: Values) -> None: ...  # noqa: D102
    def invoke(self) -> None: ...  # noqa: D102
    def get_tensor(self, index: object) -> Values: ...  # noqa: D102


class InterpretedModel:
    """A network ready to run; for use by one thread at a time."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        if len(inputs) != 1 or len(outputs) != 1:
            raise ModelError("a model must have one input and one output")
        self._input, self._output = inputs[0]["index"], outputs[0]["index"]

    def run(self, values: Values) -> Values:
        """Runs the network once; see `device.face.port.Model`."""
        try:
            self._interpreter.set_tensor(self._input, values)
            self._interpreter.invoke()
            return np.array(self._interpreter.get_tensor(self._output), np.float32)
        except (ValueError, RuntimeError) as error:
            raise ModelError("the model refuses this input") from error


class InterpreterRuntime:
    """An inference engine around one vendor's interpreter."""

    def __init__(self, open_interpreter: Callable[[bytes], Interpreter]) -> None:
        self._open = open_interpreter

    def load(self, content: bytes) -> InterpretedModel:
        """Makes a model ready to run; see `device.face.port.ModelRuntime`."""
        # The engines follow any offset of a file that is none, even out of memory.
        if content[4:8] != FILE_IDENTIFIER:
            raise ModelError("the model file is no TensorFlow Lite model")
        try:
            interpreter = self._open(content)
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError("the inference engine refuses the model file") from error
        return InterpretedModel(interpreter)
