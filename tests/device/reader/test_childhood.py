from contextlib import suppress
from datetime import date

import pytest

from device.reader import card_surface
from device.reader.card_files import CardFiles, never
from device.reader.card_surface import CardSurface
from device.reader.childhood import is_too_young
from device.reader.errors import CardNotGenuineError, HolderAgeUnknownError, HolderTooYoungError
from device.reader.exchange import Exchange
from device.reader.face_record import FaceLayout
from device.reader.record_anchors import RecordAnchors
from tests.device.reader.issued_records import CODE, ScriptedSurface, photo_of, surface_of
from tests.device.reader.unwatched import unwatched
from tests.hw_sim.card import catalog, front_record
from tests.hw_sim.card.issuer import Issuer

BORN = date(2014, 6, 21)


@pytest.mark.parametrize(
    ("born", "today", "is_child"),
    [
        (BORN, date(2026, 6, 20), True),
        (BORN, date(2026, 6, 21), False),
        (date(2012, 2, 29), date(2024, 2, 28), True),
        (date(2012, 2, 29), date(2024, 2, 29), False),
        (date(2012, 2, 29), date(2025, 2, 28), False),
        (date(1950, 1, 1), date(2026, 11, 28), False),
        (date(1950, 1, 1), date(1970, 1, 1), False),
        (date(1985, 1, 1), date(1970, 1, 1), True),
    ],
)
def test_faces_count_from_the_twelfth_birthday(born: date, today: date, is_child: bool) -> None:
    assert is_too_young(born, today) is is_child


def test_a_childs_photo_is_not_read(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    anchors = RecordAnchors([issuer.record_ca])
    child = surface_of(issuer.issue(catalog.PROFILES["child"], bytes(2000)))
    begin = FaceLayout.parse(child.face[:256]).photo_begin

    def reads(today: date | None) -> int:
        """Commands for the photo or what lies behind it."""
        slot = ScriptedSurface(child).slot()
        surface = CardSurface(CardFiles(Exchange(slot, apdu_deadline_s=2)), anchors, lambda: today)
        with suppress(HolderTooYoungError, HolderAgeUnknownError):
            surface.read_photo(CODE, never, unwatched)
        sent = [command for command in slot.connection.sent if command[1] == 0xB0]
        return sum(int.from_bytes(command[2:4], "big") >= begin for command in sent)

    assert reads(date(2026, 6, 21))
    assert not reads(date(2026, 6, 20))
    assert not reads(None), "nobody told the reader which day it is"
    monkeypatch.setattr(card_surface, "is_too_young", lambda born, today: False)
    assert reads(date(2026, 6, 20)), "negative control"


@pytest.mark.parametrize("born", [b"19580000", b"00000000", b"19581314"])
def test_a_genuine_record_without_a_day_of_birth_proves_no_age(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, born: bytes
) -> None:
    dated, birthday = front_record._date, catalog.MY_NUMBER.holder.birth_date
    monkeypatch.setattr(front_record, "_date", lambda day: born if day == birthday else dated(day))
    unknown = surface_of(issuer.issue(catalog.MY_NUMBER, b"photo"))
    anchors = RecordAnchors([issuer.record_ca])
    with pytest.raises(HolderAgeUnknownError):
        photo_of(unknown, anchors, date(2026, 6, 21))


def test_a_child_made_older_is_no_genuine_card(issuer: Issuer) -> None:
    anchors = RecordAnchors([issuer.record_ca])
    child = surface_of(issuer.issue(catalog.PROFILES["child"], b"photo"))
    with pytest.raises(CardNotGenuineError):
        photo_of(child.with_objects({0xDF22: b"19800621"}), anchors, date(2026, 6, 20))
