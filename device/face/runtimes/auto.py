"""Whichever engine is installed: LiteRT first, then its predecessor.

Source: facts/platform.md §5.2.
"""

from collections.abc import Callable

from device.face.errors import RuntimeMissingError
from device.face.interpreter import Settings
from device.face.port import ModelRuntime
from device.face.runtimes import litert, tflite

ENGINES: tuple[Callable[[Settings], ModelRuntime], ...] = (litert.create, tflite.create)


def create(settings: Settings) -> ModelRuntime:
    """Opens the first engine that is installed.

    Args:
        settings: passed on to the engine.

    Raises:
        RuntimeMissingError: if none is installed.
    """
    for open_engine in ENGINES:
        try:
            return open_engine(settings)
        except RuntimeMissingError:
            continue
    raise RuntimeMissingError('install "ai-edge-litert", or "tflite-runtime" for Python 3.11')
