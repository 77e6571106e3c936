"""共通カードAP: serial number, municipality and last day of the card, told to anybody.

Source: facts/card.md §3.5.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from device.reader.card_files import CardFiles
from device.reader.card_map import CommonFile
from device.reader.errors import (
    ApplicationMissingError,
    CardAnswerError,
    MalformedAnswerError,
)

_RECORD = re.compile(rb"\x01\x1c([0-9]{15})([0-9]{5})([0-9]{4})([0-9]{2})([0-9]{2})")
"""Simple-TLV 01 with 28 ASCII digits."""


@dataclass(frozen=True, slots=True)
class CommonData:
    """What a card says about itself. Not signed: good for a kind word, not for a decision."""

    serial: str = field(repr=False)
    """15 digits."""
    municipality: str
    """Code of the issuing municipality, 5 digits."""
    expiry: date
    """Last day on which the card is valid."""

    @classmethod
    def from_record(cls, record: bytes) -> Self:
        """Reads record 1.

        Raises:
            MalformedAnswerError: not exactly such a record, or no such day.
        """
        match = _RECORD.fullmatch(record)
        if match is None:
            raise MalformedAnswerError("not a record of common card data")
        serial, municipality, *day = (group.decode("ascii") for group in match.groups())
        try:
            expiry = date(*map(int, day))
        except ValueError:
            raise MalformedAnswerError("expiry is no day of the calendar") from None
        return cls(serial, municipality, expiry)


def read_common_data(files: CardFiles) -> CommonData | None:
    """The card's common data; None where there are none, as on phones.

    Raises:
        MalformedAnswerError: what is there is no such record.
        ReaderError: the card cannot be read.
    """
    try:
        return CommonData.from_record(files.read_record(CommonFile.CARD_DATA, 1))
    except (ApplicationMissingError, CardAnswerError):
        return None
