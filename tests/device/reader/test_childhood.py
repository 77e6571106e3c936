from datetime import date

import pytest

from device.reader import card_surface
from device.reader.childhood import is_too_young
from device.reader.errors import HolderTooYoungError
from device.reader.record_anchors import RecordAnchors
from tests.device.reader.issued_records import photo_of, surface_of
from tests.hw_sim.card import catalog
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
        (None, date(2026, 11, 28), True),
    ],
)
def test_faces_count_from_the_twelfth_birthday(
    born: date | None, today: date, is_child: bool
) -> None:
    assert is_too_young(born, today) is is_child


def test_a_childs_photo_stays_in_the_chip(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    anchors = RecordAnchors([issuer.record_ca])
    child = surface_of(issuer.issue(catalog.PROFILES["child"], b"photo"))
    assert photo_of(child, anchors, date(2026, 6, 21))
    with pytest.raises(HolderTooYoungError):
        photo_of(child, anchors, date(2026, 6, 20))
    monkeypatch.setattr(card_surface, "is_too_young", lambda born, today: False)
    assert photo_of(child, anchors, date(2026, 6, 20)), "negative control"
