"""LiteRT (`ai-edge-litert`), the engine for Python 3.12 and newer."""

from device.face.errors import RuntimeMissingError
from device.face.interpreter import Interpreter, InterpreterRuntime, Settings
from device.face.port import ModelRuntime


def create(settings: Settings) -> ModelRuntime:
    """Opens the engine.

    Raises:
        RuntimeMissingError: if the package is not installed.
    """
    try:
        from ai_edge_litert import interpreter as litert
    except ImportError as error:
        raise RuntimeMissingError('"ai-edge-litert" is not installed') from error

    def open_interpreter(content: bytes) -> Interpreter:
        opened: Interpreter = litert.Interpreter(
            model_content=content, num_threads=settings.threads
        )
        return opened

    return InterpreterRuntime(open_interpreter)
