"""A card whose card-surface files hold anything; all other answers are those of an honest card."""

from device.reader.card_files import CardFiles, never
from device.reader.card_surface import CardSurface
from device.reader.errors import ReaderError
from device.reader.exchange import Exchange
from device.reader.port import CardConnection, SlotListener
from device.reader.printed_code import PrintedCode
from device.reader.record_anchors import RecordAnchors

_CODE = PrintedCode.from_print("昭和33年3月14日", 2035, "4821")
_OK = b"\x90\x00"
_FACE, _CERTIFICATE = b"\x00\x02", b"\x00\x04"
_LARGEST_CERTIFICATE_BYTES = 600


class _Card:
    """The end of the input is the certificate's file, the rest the face's."""

    def __init__(self, data: bytes) -> None:
        border = max(0, len(data) - _LARGEST_CERTIFICATE_BYTES)
        self._files = {_FACE: data[:border], _CERTIFICATE: data[border:]}
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
                return bytes(256) + _OK

    def close(self) -> None:
        """Nothing to switch off."""


def fuzz(data: bytes) -> None:
    """No photo comes out of a record that nobody vouches for, and only reader errors do."""
    exchange = Exchange(_Card(data), 5.0)
    try:
        CardSurface(CardFiles(exchange), RecordAnchors(())).read_photo(_CODE, never)
    except ReaderError:
        return
    finally:
        exchange.close()
    raise AssertionError("a photo without a trusted signature was given out")
