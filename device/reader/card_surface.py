"""券面事項確認AP: the photo of the card's face, opened by 照合番号B.

Of its files only EF 0002 is ever selected here: EF 0005 holds the 12-digit number.

Source: facts/card.md §3.3 and §5.
"""

from device.reader.card_files import CardFiles, SecretReference
from device.reader.errors import (
    CardAnswerError,
    MalformedAnswerError,
    PhotoMissingError,
    PrintedCodeLockedError,
    PrintedCodeRejectedError,
)
from device.reader.printed_code import PrintedCode
from device.reader.status_word import StatusWord
from device.reader.tlv import BerTlv, read_header, read_object

_AID = bytes.fromhex("D3921000310001010402")
_FACE_FILE = 0x0002
_PRINTED_CODE = SecretReference(0x0012, full_tries=10)
_TRIES_KEPT = 5
"""So many tries are left to others: a misread code must never lock the patient's card."""

_FACE_TAG = 0xFF20
_OFFSETS_TAG = 0xDF21
_PHOTO_TAG = 0xDF27
_OFFSETS_BYTES = 18
_FIRST_BYTES = 32
"""Holds the file's header and the table of offsets, however long their lengths are written."""
_PHOTO_INDEX = 5
"""The table names DF22 to DF2A in order, two bytes each."""


class CardSurface:
    """The card-surface application of one laid card."""

    def __init__(self, files: CardFiles) -> None:
        self._files = files

    def read_photo(self, code: PrintedCode) -> bytes:
        """The photo on the chip, JPEG 2000 (JP2), greyscale.

        Raises:
            ApplicationMissingError: a phone, or a card without this application.
            PrintedCodeLockedError: locked, or too few tries left to risk one.
            PrintedCodeRejectedError: not this card's code.
            PhotoMissingError: the file names no photo.
            MalformedAnswerError: the file breaks its own format.
            ReaderError: the card was lost.
        """
        self._files.open_application(_AID)
        self._present(code)
        self._files.open_file(_FACE_FILE)
        begin, end = self._find_photo()
        photo = _read_photo_object(self._files.read(begin, end - begin))
        if not photo.value:
            raise PhotoMissingError
        return photo.value

    def _present(self, code: PrintedCode) -> None:
        if self._files.tries_left(_PRINTED_CODE) <= _TRIES_KEPT:
            raise PrintedCodeLockedError
        _judge_code(self._files.verify(code.reference()))

    def _find_photo(self) -> tuple[int, int]:
        """Where DF27 begins and ends, bytes from the start of the file."""
        first = self._files.read(0, _FIRST_BYTES)
        face = read_header(first)
        offsets = read_object(first, face.value_offset)
        if (face.tag, offsets.tag) != (_FACE_TAG, _OFFSETS_TAG):
            raise MalformedAnswerError("not a card-face file")
        if len(offsets.value) != _OFFSETS_BYTES:
            raise MalformedAnswerError("table of offsets has another length")
        begin = _offset_at(offsets.value, _PHOTO_INDEX)
        end = _offset_at(offsets.value, _PHOTO_INDEX + 1)
        if begin == 0:
            raise PhotoMissingError
        if not _FIRST_BYTES <= begin < end <= face.end_offset:
            raise MalformedAnswerError("table of offsets leads out of the file")
        return begin, end


def _offset_at(offsets: bytes, index: int) -> int:
    return int.from_bytes(offsets[2 * index : 2 * index + 2], "big")


def _read_photo_object(data: bytes) -> BerTlv:
    photo = read_object(data)
    if photo.tag != _PHOTO_TAG:
        raise MalformedAnswerError("no photo where the table says")
    return photo


def _judge_code(answer: StatusWord) -> None:
    if answer.is_ok:
        return
    if answer.is_blocked:
        raise PrintedCodeLockedError
    if answer.tries_left is not None:
        raise PrintedCodeRejectedError(answer.tries_left)
    if answer.is_rejected_uncounted:
        raise PrintedCodeRejectedError(_PRINTED_CODE.full_tries)
    raise CardAnswerError(answer)
