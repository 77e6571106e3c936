"""Negative controls of the check that ends every test here."""

import pytest

from device.reader.apdu import CommandApdu
from device.reader.exchange import Exchange
from tests.device.reader.laid_cards import InProcessSlot
from tests.heard_by_cards import Heard
from tests.hw_sim.card import aids, catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.my_number_watch import addresses_my_number
from tests.hw_sim.card.talk import read_file, select, send, verify


@pytest.mark.parametrize(("aid", "file_id"), [(aids.CARD_SURFACE, 5), (aids.CARD_TEXT, 1)])
def test_a_reader_that_selects_the_number_is_caught(
    issuer: Issuer, heard_by_cards: dict[int, Heard], aid: bytes, file_id: int
) -> None:
    """Without the `pop` this test would fail at its end."""
    card = issuer.issue(catalog.MY_NUMBER)
    reader = Exchange(InProcessSlot(card), apdu_deadline_s=2)
    reader.send_ok(CommandApdu(0x00, 0xA4, 0x04, 0x0C, aid))
    assert addresses_my_number(heard_by_cards[id(card)].trace) == []
    reader.send_ok(CommandApdu(0x00, 0xA4, 0x02, 0x0C, file_id.to_bytes(2, "big")))
    assert len(addresses_my_number(heard_by_cards.pop(id(card)).trace)) == 1


def test_clearing_a_card_s_own_trace_hides_nothing(
    issuer: Issuer, heard_by_cards: dict[int, Heard]
) -> None:
    card = issuer.issue(catalog.MY_NUMBER)
    reader = Exchange(InProcessSlot(card), apdu_deadline_s=2)
    reader.send_ok(CommandApdu(0x00, 0xA4, 0x04, 0x0C, aids.CARD_SURFACE))
    card.trace.clear()
    reader.send(CommandApdu(0x00, 0xB0, 0x85, 0x00, ne=256))
    assert len(addresses_my_number(heard_by_cards.pop(id(card)).trace)) == 1


def test_a_number_that_nobody_seemed_to_ask_for_is_caught(
    issuer: Issuer, heard_by_cards: dict[int, Heard]
) -> None:
    """Whatever a trace hides, the card knows what it gave away."""
    card = issuer.issue(catalog.MY_NUMBER)
    hidden = Heard(card)
    hidden.require_no_number_asked()
    card.power_on()
    for command in (select(aids.CARD_TEXT), verify("2345", p2=0x91)):
        send(card, command)
    assert read_file(card, 0x0001)
    del heard_by_cards[id(card)]
    with pytest.raises(AssertionError):
        hidden.require_no_number_asked()


def test_every_card_is_told_from_those_that_are_gone(
    issuer: Issuer, heard_by_cards: dict[int, Heard]
) -> None:
    """A card that nobody holds any more must not lend its identity to the next one."""
    for _ in range(5):
        Exchange(InProcessSlot(issuer.issue(catalog.TRANSIT)), apdu_deadline_s=2).send(
            CommandApdu(0x00, 0xA4, 0x04, 0x0C, aids.JPKI)
        )
    assert [len(heard.trace.exchanges) for heard in heard_by_cards.values()] == [1] * 5
