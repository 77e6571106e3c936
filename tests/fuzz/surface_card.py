"""A card whose card-surface files hold anything; all other answers are those of an honest card."""

from collections.abc import Callable

from device.reader.card_files import CardFiles, never
from device.reader.card_surface import CardSurface
from device.reader.exchange import Exchange
from device.reader.port import CardConnection, SlotListener
from device.reader.printed_code import PrintedCode
from device.reader.record_anchors import RecordAnchors
from tests.device.reader.calendar_day import known_day
from tests.device.reader.unwatched import unwatched

_CODE = PrintedCode.from_print("昭和33年3月14日", 2035, "4821")
_OK = b"\x90\x00"
_FACE, _CERTIFICATE = b"\x00\x02", b"\x00\x04"
LARGEST_CERTIFICATE_BYTES = 600

Sign = Callable[[bytes], bytes]
"""From DigestInfo to the chip's signature."""


def split(data: bytes) -> tuple[bytes, bytes]:
    """The face's file, and the certificate's: the end of the data."""
    border = max(0, len(data) - LARGEST_CERTIFICATE_BYTES)
    return data[:border], data[border:]


def join(face: bytes, certificate: bytes) -> bytes:
    """What `split` takes apart."""
    return face + certificate.ljust(LARGEST_CERTIFICATE_BYTES, b"\xff")


def photo_from(data: bytes, anchors: RecordAnchors, sign: Sign) -> bytes:
    """The photo that the reader takes from such a card; raises what the reader raises."""
    exchange = Exchange(_Card(data, sign), 5.0)
    try:
        return CardSurface(CardFiles(exchange), anchors, known_day).read_photo(
            _CODE, never, unwatched
        )
    finally:
        exchange.close()


class _Card:
    def __init__(self, data: bytes, sign: Sign) -> None:
        face, certificate = split(data)
        self._files = {_FACE: face, _CERTIFICATE: certificate}
        self._sign = sign
        self._selected = b""

    def connect(self) -> CardConnection:
        """It is powered already."""
        return self

    def watch(self, listener: SlotListener) -> None:
        """Nobody lays or takes it."""

    def transmit(self, command: bytearray) -> bytes:
        """Answers by the instruction."""
        match command[1]:
            case 0xA4 if command[2] == 0x02:
                self._selected = bytes(command[5:7])
                return _OK
            case 0xA4:
                return _OK
            case 0x20:
                return b"\x63\xca" if len(command) == 4 else _OK
            case 0xB0:
                offset = int.from_bytes(command[2:4], "big")
                content = self._files.get(self._selected, b"")
                return content[offset : offset + (command[4] or 256)] + _OK
            case _:
                return self._sign(bytes(command[5:-1])) + _OK

    def close(self) -> None:
        """Nothing to switch off."""
