"""A reader with one fault: `python -m tests.flows.careless_device FAULT --config FILE`.

Each fault is what somebody in a hurry might write. Crashes apart, the search must find what it
leaves behind.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image as PillowImage

from device import __main__ as program
from device.face import check
from device.face.embedder import Embedder, Embedding
from device.face.port import Image
from device.host import Host
from device.jobs import face
from device.jobs.sent_pins import SentPins
from hostlink.messages import IdentityProven, Message

_log = logging.getLogger("careless")
_kept: list[object] = []
_PHOTO_PIECE = slice(2000, 3000)


def around(owner: Any, name: str, before: Callable[..., None]) -> None:
    """Let something happen before each call of a function, with its arguments."""
    original = getattr(owner, name)

    def changed(*arguments: Any, **named: Any) -> Any:
        before(*arguments)
        return original(*arguments, **named)

    setattr(owner, name, changed)


def embed_and(then: Callable[[Embedding], None]) -> None:
    """Let something happen to each embedding."""
    original = Embedder.embed

    def embed(self: Embedder, face: Image) -> Embedding:
        embedding = original(self, face)
        then(embedding)
        return embedding

    Embedder.embed = embed  # type: ignore[method-assign]


def log_embedding() -> None:
    """A line of the log with what the network said."""
    embed_and(lambda embedding: _log.info("embedded: %s", embedding.values.tolist()))


def save_picture() -> None:
    """A picture in the folder for temporary files, to look at later."""

    def save(image: Image, *_: object) -> None:
        with tempfile.NamedTemporaryFile(suffix=".png", delete=False) as file:
            PillowImage.fromarray(image).save(file)

    around(check, "judge", save)


def send_photo() -> None:
    """A piece of the photo in a message to the agent."""
    around(check.FaceCheck, "run", lambda _self, photo, *_: _kept.append(photo))
    tell = Host.tell

    def tell_more(self: Host, message: Message) -> bool:
        if isinstance(message, IdentityProven) and _kept:
            photo = _kept.pop()
            assert isinstance(photo, bytes)
            message = replace(message, challenge_signature=photo[_PHOTO_PIECE])
        return tell(self, message)

    Host.tell = tell_more  # type: ignore[method-assign]


def show_photo() -> None:
    """The chip's photo in place of the preview."""
    around(check.FaceCheck, "run", lambda _self, photo, *_: _kept.append(photo))

    def photo_jpeg(_: Image) -> bytes:
        photo = _kept[-1]
        assert isinstance(photo, bytes)
        return photo

    face.preview_jpeg = photo_jpeg  # type: ignore[assignment,attr-defined]


def log_pin() -> None:
    """A line of the log with the PIN."""
    around(
        SentPins,
        "send",
        lambda _self, _card, _reference, pin, _leave: _log.info("PIN %s", pin.digits().decode()),
    )


def keep_copies() -> None:
    """Photo, pictures and embeddings in a list that nobody empties."""
    around(check.FaceCheck, "run", lambda _self, photo, *_: _kept.append(photo))
    around(check, "judge", lambda image, *_: _kept.append(image.copy()))
    embed_and(lambda embedding: _kept.append(embedding.values.copy()))


def keep_what_is_freed() -> None:
    """Freed memory stays as it is."""
    program.overwrite_freed_memory = lambda: None  # type: ignore[attr-defined]


def leave_core() -> None:
    """A crash may write the memory to a disk, and there is something in it."""
    keep_copies()
    program.leave_no_core = lambda: None  # type: ignore[attr-defined]


def crash() -> None:
    """An error nobody foresaw, in the middle of the face check, that tells an embedding."""

    def fail(embedding: Embedding) -> None:
        _kept.append(None)
        if len(_kept) > 2:
            raise RuntimeError(embedding.values.tolist(), embedding.values.tobytes())

    embed_and(fail)


FAULTS = {
    fault.__name__: fault
    for fault in (
        *(log_embedding, save_picture, send_photo, show_photo, log_pin),
        *(keep_copies, keep_what_is_freed, leave_core, crash),
    )
}


def main() -> int:
    """Put the fault in and run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("fault", choices=sorted(FAULTS))
    parser.add_argument("--config", type=Path, required=True)
    arguments = parser.parse_args()
    FAULTS[arguments.fault]()
    return program.run(arguments.config)


if __name__ == "__main__":
    sys.exit(main())
