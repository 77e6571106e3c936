"""Card-surface files of simulated cards, taken apart and put together in another way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from device.reader.card_files import CardFiles, never
from device.reader.card_surface import CardSurface
from device.reader.exchange import Exchange
from device.reader.face_record import FaceLayout, FaceRecord
from device.reader.printed_code import PrintedCode
from device.reader.record_anchors import RecordAnchors
from tests.device.reader.laid_cards import ScriptedConnection, ScriptedSlot
from tests.device.reader.unwatched import unwatched
from tests.hw_sim.card import aids
from tests.hw_sim.card.application import Application
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.files import TransparentFile
from tests.hw_sim.card.signature import pad_and_sign
from tests.hw_sim.card.tlv import record_with_offsets, tlv

CODE = PrintedCode.from_print("昭和33年3月14日", 2035, "4821")
FACE, CERTIFICATE = 0x0002, 0x0004
OBJECT_TAGS = tuple(range(0xDF22, 0xDF2B))
_TABLE_AT = 8
"""FF20 82 xxxx DF21 12, then the table."""

_AUTHENTICATION_CERTIFICATE = 0x000A


@dataclass(frozen=True, slots=True)
class Surface:
    """What one chip shows and proves."""

    face: bytes
    """EF 0002."""
    certificate: bytes
    """EF 0004."""
    chip_key: RSAPrivateKey | None
    """Its own; None: it refuses to sign."""

    def with_objects(self, changes: Mapping[int, bytes]) -> "Surface":
        """The same with other values under these tags, and a table that fits."""
        objects = [
            tlv(tag, changes[tag]) if tag in changes else old
            for tag, old in zip(OBJECT_TAGS, objects_of(self.face), strict=True)
        ]
        return replace(self, face=record_with_offsets(0xFF20, 0xDF21, objects, is_long=False))


def surface_of(card: SimulatedCard) -> Surface:
    """What a card as issued shows and proves."""
    application = _surface_application(card)
    face, certificate = _file(application, FACE), _file(application, CERTIFICATE)
    return Surface(face.content, certificate.content, application.own_key)


def objects_of(face: bytes) -> list[bytes]:
    """The objects DF22 to DF2A with their headers."""
    offsets = [*offsets_of(face), int.from_bytes(face[3:5], "big") + 5]
    return [face[begin:end] for begin, end in pairwise(offsets)]


def offsets_of(face: bytes) -> list[int]:
    """What the table says, bytes from the start of the file."""
    return [int.from_bytes(face[_TABLE_AT + 2 * i :][:2], "big") for i in range(9)]


def value_of(face: bytes, tag: int) -> bytes:
    """The value of one object."""
    encoded = objects_of(face)[tag - OBJECT_TAGS[0]]
    header_bytes = {0x82: 5, 0x81: 4}.get(encoded[2], 3)
    return encoded[header_bytes:]


class ScriptedSurface:
    """A chip that knows no code and shows these files, whatever they are; quick to make."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._file = b""

    def slot(self) -> ScriptedSlot:
        return ScriptedSlot(ScriptedConnection(self._answer))

    def _answer(self, command: bytes) -> bytes:
        match command[1]:
            case 0x20:
                return b"\x63\xca" if len(command) == 4 else b"\x90\x00"
            case 0xA4:
                files = {FACE: self._surface.face, CERTIFICATE: self._surface.certificate}
                self._file = files.get(int.from_bytes(command[5:], "big"), b"")
            case 0xB0:
                offset, ne = int.from_bytes(command[2:4], "big"), command[4] or 256
                return self._file[offset : offset + ne] + b"\x90\x00"
            case 0x2A if self._surface.chip_key is not None:
                return pad_and_sign(self._surface.chip_key, command[5:-1]) + b"\x90\x00"
            case _:
                return b"\x6d\x00"
        return b"\x90\x00"


def record_of(surface: Surface) -> FaceRecord:
    """What the reader would take from EF 0002, unchecked."""
    layout = FaceLayout.parse(surface.face[:256])
    tail = surface.face[layout.photo_begin : layout.photo_end]
    return FaceRecord.parse(layout, surface.face[: layout.identity_end], tail)


def photo_of(surface: Surface, anchors: RecordAnchors, today: date | None = None) -> bytes:
    """The photo the reader takes from such a chip; raises what the reader raises."""
    files = CardFiles(Exchange(ScriptedSurface(surface).slot(), apdu_deadline_s=2))
    day = today or date(2026, 11, 28)
    return CardSurface(files, anchors, lambda: day).read_photo(CODE, never, unwatched)


def certificate_of(card: SimulatedCard) -> bytes:
    """利用者証明用電子証明書, X.509 DER without the file's filler."""
    jpki = next(app for app in card._applications if app.aid == aids.JPKI)
    content = _file(jpki, _AUTHENTICATION_CERTIFICATE).content
    return content[: 4 + int.from_bytes(content[2:4], "big")]


def _surface_application(card: SimulatedCard) -> Application:
    return next(app for app in card._applications if app.aid == aids.CARD_SURFACE)


def _file(application: Application, file_id: int) -> TransparentFile:
    file = application.files[file_id]
    assert isinstance(file, TransparentFile)
    return file
