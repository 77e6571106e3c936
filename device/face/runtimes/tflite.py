"""TensorFlow Lite runtime (`tflite-runtime`), the engine for Python 3.11 with numpy 1."""

from device.face.errors import RuntimeMissingError
from device.face.interpreter import Interpreter, InterpreterRuntime, Settings
from device.face.port import ModelRuntime


def create(settings: Settings) -> ModelRuntime:
    """Opens the engine.

    Raises:
        RuntimeMissingError: if the package is not installed.
    """
    try:
        from tflite_runtime import interpreter as tflite
    except ImportError as error:
        raise RuntimeMissingError('"tflite-runtime" is not installed') from error

    def open_interpreter(content: bytes) -> Interpreter:
        opened: Interpreter = tflite.Interpreter(
            model_content=content, num_threads=settings.threads
        )
        return opened

    return InterpreterRuntime(open_interpreter)
