"""券面事項確認AP: the photo of the card's face, opened by 照合番号B and proven genuine.

Of its files only EF 0002 and EF 0004 are ever read here: EF 0005 holds the 12-digit number.

Source: facts/card.md §3.3, §5 and §7.2.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from device.reader.apdu import SHORT_ANSWER_BYTES
from device.reader.authenticity import check_record, prove_chip
from device.reader.card_files import CardFiles, SecretReference
from device.reader.card_map import Application, SurfaceFile
from device.reader.childhood import is_too_young
from device.reader.cv_certificate import CvCertificate
from device.reader.errors import (
    CardAnswerError,
    HolderAgeUnknownError,
    HolderTooYoungError,
    MalformedAnswerError,
    PrintedCodeLockedError,
    PrintedCodeRejectedError,
    ReaderError,
    ReadingStoppedError,
)
from device.reader.face_record import FaceLayout, FaceRecord
from device.reader.printed_code import PrintedCode
from device.reader.record_anchors import RecordAnchors
from device.reader.status_word import StatusWord
from device.reader.tlv import read_header

_MOST_CERTIFICATE_BYTES = 1024
"""A CVC has 568 bytes, or a few more where lengths are written long."""
_PRINTED_CODE = SecretReference(SurfaceFile.PRINTED_CODE, full_tries=10)
TRIES_KEPT = 5
"""So many tries are left to others: a misread code must never lock the patient's card, so at this
many nothing is sent any more."""
Sending = Callable[[int], AbstractContextManager[None]]
"""Around the one sending of a code: entered with the tries left before, left with the card's
answer or its loss; may refuse by PrintedCodeRejectedError."""


class CardSurface:
    """The card-surface application of one laid card."""

    def __init__(
        self, files: CardFiles, anchors: RecordAnchors, today: Callable[[], date | None]
    ) -> None:
        """Does not touch the card yet.

        Args:
            files: of the laid card.
            anchors: who may certify the signers of records.
            today: Japan's day; None: not known.
        """
        self._files = files
        self._anchors = anchors
        self._today = today
        self.holder_born: date | None = None
        """Once the record is proven."""

    def read_photo(
        self, code: PrintedCode, is_stopped: Callable[[], bool], sending: Sending
    ) -> bytes:
        """The photo on the chip, JPEG 2000 (JP2), greyscale, after all checks of genuineness.

        Args:
            code: what the card's front says.
            is_stopped: asked before every command; True ends the reading.
            sending: around the command that presents the code.

        Raises:
            ApplicationMissingError: a phone, or a card without this application.
            PrintedCodeLockedError: locked, or too few tries left to risk one; nothing was sent.
            PrintedCodeRejectedError: not this card's code.
            PhotoMissingError: the file names no photo.
            CardNotGenuineError: see `authenticity`.
            HolderTooYoungError: see `childhood`.
            HolderAgeUnknownError: the record names no day of birth, or today is unknown.
            MalformedAnswerError: a file breaks its own format.
            ReadingStoppedError: `is_stopped` said so.
            ReaderError: the card was lost.
        """
        card = _StoppableCard(self._files, is_stopped)
        card.files.open_application(Application.SURFACE)
        _present(card, code, sending)
        record = self._read_record(card)
        check_record(record, _read_certificate(card), self._anchors)
        if record.born is None:
            raise HolderAgeUnknownError
        prove_chip(self._files, record, is_stopped)
        self.holder_born = record.born
        return record.photo

    def _read_record(self, card: "_StoppableCard") -> FaceRecord:
        """A child's photo is not read: that nobody has signed the age yet is no reason to.

        What is no date at all may have been tampered with; the signature tells.
        """
        head = card.read(SurfaceFile.FACE, 0, SHORT_ANSWER_BYTES)
        layout = FaceLayout.parse(head)
        head += card.read(SurfaceFile.FACE, len(head), layout.identity_end)
        born = layout.birth_date(head)
        if born is not None:
            self._check_age(born)
        tail = card.read(SurfaceFile.FACE, layout.photo_begin, layout.photo_end)
        return FaceRecord.parse(layout, head, tail)

    def _check_age(self, born: date) -> None:
        today = self._today()
        if today is None:
            raise HolderAgeUnknownError
        if is_too_young(born, today):
            raise HolderTooYoungError


@dataclass(frozen=True, slots=True)
class _StoppableCard:
    """The card's files, for as long as somebody needs what is read."""

    _files: CardFiles
    _is_stopped: Callable[[], bool]

    @property
    def files(self) -> CardFiles:
        """For the next command."""
        if self._is_stopped():
            raise ReadingStoppedError
        return self._files

    def read(self, file: SurfaceFile, begin: int, end: int) -> bytes:
        """Bytes of a file, one command for every 256; none if `end` is not behind `begin`."""
        return self.files.read(file, begin, end - begin, self._is_stopped)


def _present(card: _StoppableCard, code: PrintedCode, sending: Sending) -> None:
    tries_left = card.files.tries_left(_PRINTED_CODE)
    if tries_left <= TRIES_KEPT:
        raise PrintedCodeLockedError
    files = card.files
    files.get_ready_to_verify(_PRINTED_CODE)
    with sending(tries_left):
        answer = files.verify(_PRINTED_CODE, code.reference())
        if not answer.is_ok:
            raise _rejection(answer)


def _rejection(answer: StatusWord) -> ReaderError:
    if answer.is_blocked:
        return PrintedCodeLockedError()
    if answer.tries_left is not None:
        return PrintedCodeRejectedError(answer.tries_left)
    if answer.is_rejected_uncounted:
        return PrintedCodeRejectedError(_PRINTED_CODE.full_tries)
    return CardAnswerError(answer)


def _read_certificate(card: _StoppableCard) -> CvCertificate:
    head = card.read(SurfaceFile.CV_CERTIFICATE, 0, SHORT_ANSWER_BYTES)
    end = read_header(head).end_offset
    if end > _MOST_CERTIFICATE_BYTES:
        raise MalformedAnswerError("CVC of another size")
    return CvCertificate.parse(head + card.read(SurfaceFile.CV_CERTIFICATE, len(head), end))
