"""Tries a model in a process of its own: on a damaged one an engine dies, or never ends.

Source: of 14 detectors with a few bytes changed 6 ended tflite-runtime 2.14 by a wrong address, and
1 kept it busy for good.
"""

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

from device.errors import DeviceError
from device.face.bundle import DetectorBundle, EmbedderBundle, OcclusionBundle
from device.factory.errors import BundleRefusedError

DEADLINE_S = 60.0
"""For a trial with the start of its process: the delivered models take one or two, on a slow
processor ten times as long."""
MEMORY_BYTES = 4 * 1024**3
"""Of address space, of which libraries take the most without using it."""
_PASSED = b""

Bundle = TypeVar("Bundle", DetectorBundle, EmbedderBundle, OcclusionBundle)


def try_apart(trial: Callable[[Bundle], None], bundle: Bundle) -> None:
    """Tries a model without being harmed by it.

    Args:
        trial: a function of a module; it raises where the model does not do what it should.
        bundle: with the model.

    Raises:
        BundleRefusedError: if the trial raises, the engine dies, or neither ends in time.
    """
    context = multiprocessing.get_context("spawn")
    answer, told = context.Pipe(duplex=False)
    child = context.Process(target=_try, args=(trial, bundle, told), daemon=True)
    child.start()
    # The only end for writing is the child's then, so that its death ends the waiting.
    told.close()
    try:
        if not answer.poll(DEADLINE_S):
            raise BundleRefusedError(f'"{bundle.name}" keeps the engine busy without an end')
        sentence = answer.recv_bytes()
    except (EOFError, OSError) as error:
        raise BundleRefusedError(f'"{bundle.name}" crashes the engine') from error
    finally:
        child.kill()
        child.join()
        answer.close()
    if sentence != _PASSED:
        raise BundleRefusedError(sentence.decode())


def _try(trial: Callable[[Bundle], None], bundle: Bundle, told: Connection) -> None:
    _confine()
    try:
        trial(bundle)
    except DeviceError as error:
        told.send_bytes(str(error).encode())
    except MemoryError:
        told.send_bytes(f'"{bundle.name}" takes more memory than any reader has'.encode())
    else:
        told.send_bytes(_PASSED)


def _confine() -> None:
    """It can neither grow without end, nor outlive whoever waits for it, nor fill the disk."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, 2 * int(DEADLINE_S)),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
