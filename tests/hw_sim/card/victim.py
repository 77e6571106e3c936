"""The other person, whose genuine card a forger had in his hands.

Source: facts/card.md §7.2.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.hw_sim.card.holder import Holder, Sex

PEOPLE = Path(__file__).parent.parent / "people"
_PHOTOS = ("umeko", "jiro")


def victim_of(holder: Holder) -> Holder:
    """Somebody else, with a card of his own."""
    return replace(
        holder,
        name="別人　見本",
        address="試験県見本市他所町７－８－９",
        birth_date=date(1971, 6, 5),
        sex=Sex.MALE,
        my_number="900000000099",
        serial="900000000000099",
        security_code="5190",
    )


def victim_photo(own_photo_jp2: bytes) -> bytes:
    """A photo that does not show the holder."""
    photos = ((PEOPLE / name / "portrait.jp2").read_bytes() for name in _PHOTOS)
    return next(photo for photo in photos if photo != own_photo_jp2)
