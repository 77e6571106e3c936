"""共通カードAP: the last day of the card, told to anybody.

Serial number and municipality arrive in the same record and are dropped (decision 0010). Nobody
signs it, so a card that says it has no such record, or a broken one, is not refused for that. What
only went wrong on the way is another matter: it must not let a card pass that has ended.

Source: facts/card.md §3.5.
"""

import logging
import re
from datetime import date

from device.reader.card_files import CardFiles
from device.reader.card_map import CommonFile
from device.reader.errors import ApplicationMissingError, CardAnswerError

_FILLER = b"\xff"
_RECORD = re.compile(rb"\x01\x1c[0-9]{20}([0-9]{4})([0-9]{2})([0-9]{2})")
"""Simple-TLV 01 with 28 ASCII digits: serial number 15, municipality 5, expiry 8."""

_log = logging.getLogger(__name__)


def expiry_in(record: bytes) -> date | None:
    """Last day on which the card is valid, as record 1 tells it; filler may follow.

    Returns:
        None: not such a record, or no day of the calendar.
    """
    match = _RECORD.fullmatch(record.rstrip(_FILLER))
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def read_expiry(files: CardFiles) -> date | None:
    """The card's last day; None where nobody tells it, as phones do not.

    Raises:
        CardAnswerError: refused with a word that does not say that there is none.
        ReaderError: the card cannot be read.
    """
    try:
        record = files.read_record(CommonFile.CARD_DATA, 1)
    except ApplicationMissingError:
        return None
    except CardAnswerError as refusal:
        if refusal.status_word.is_not_found:
            return None
        raise
    expiry = expiry_in(record)
    if expiry is None:
        _log.warning("a card's common data has no expiry date: %d bytes", len(record))
    return expiry
