"""The watch over the 12-digit number finds each way of naming it, and lets the reader work."""

import pytest

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card.errors import CardPulledError
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.my_number_watch import addresses_my_number, was_asked_for_my_number
from tests.hw_sim.card.talk import read_file, select, select_file, send, verify

TEXT, SURFACE = aids.CARD_TEXT, aids.CARD_SURFACE
FOREIGN = b"\xa0\x00\x00\x00\x01\x99"
WAYS = {
    "select text 0001": (TEXT, select_file(0x0001)),
    "select by path": (TEXT, bytes.fromhex("00A4080C043F000001")),
    "select, any form of answer": (TEXT, bytes.fromhex("00A4020402000100")),
    "select text 0003, its hash": (TEXT, select_file(0x0003)),
    "select text 0014, code A": (TEXT, select_file(0x0014)),
    "select surface 0005": (SURFACE, select_file(0x0005)),
    "select surface 0013, code A": (SURFACE, select_file(0x0013)),
    "read text by short id": (TEXT, bytes.fromhex("00B0810000")),
    "read text by short id, extended": (TEXT, bytes.fromhex("00B08100000000")),
    "read text by short id on a channel": (TEXT, bytes.fromhex("01B0810000")),
    "read surface by short id": (SURFACE, bytes.fromhex("00B0850000")),
    "read surface by odd instruction": (SURFACE, bytes.fromhex("00B10005045402000000")),
    "read record of text": (TEXT, bytes.fromhex("00B2010C00")),
    "read record of surface": (SURFACE, bytes.fromhex("00B2012C00")),
    "verify naming text 0001": (TEXT, bytes.fromhex("00200081")),
    "tries left of text code A": (TEXT, bytes.fromhex("00200094")),
    "verify text code A": (TEXT, verify("900000000019", p2=0x94)),
    "tries left of surface code A": (SURFACE, bytes.fromhex("00200093")),
    "verify surface code A": (SURFACE, verify("900000000019", p2=0x93)),
    "12 digits against the current file": (SURFACE, verify("900000000019")),
    "sign, naming surface 0005 as a key": (SURFACE, bytes.fromhex("802A008505")),
    "environment with text 0001": (TEXT, bytes.fromhex("002241B60481020001")),
    "environment with a path": (TEXT, bytes.fromhex("002241B60681043F000001")),
    "environment with text code A as a key": (TEXT, bytes.fromhex("002241A406800102830194")),
    "environment with surface code A as a key": (SURFACE, bytes.fromhex("002241A40484020013")),
    "environment with surface 0005 as a key": (SURFACE, bytes.fromhex("002241A403830105")),
    "environment from elsewhere, text 0001": (
        aids.JPKI,
        bytes.fromhex("002241B610820A") + TEXT + bytes.fromhex("81020001"),
    ),
    "general authenticate by text code A": (TEXT, bytes.fromhex("00860094027C0000")),
    "general authenticate by surface code A": (SURFACE, bytes.fromhex("10870093027C0000")),
    "internal authenticate by surface 0005": (SURFACE, bytes.fromhex("0088008501AA00")),
    "get data of surface 0005": (SURFACE, bytes.fromhex("00CB0005045C02DF4100")),
    "get data of text 0001": (TEXT, bytes.fromhex("00CB0001035C010C00")),
    "get data by the tag of the picture": (SURFACE, bytes.fromhex("00CADF4100")),
    "put data of surface 0005": (SURFACE, bytes.fromhex("00DB0005045C02DF41")),
    "envelope around a read": (SURFACE, bytes.fromhex("00C200000500B085000000")),
    "envelope around a select of text, from elsewhere": (
        aids.JPKI,
        bytes.fromhex("00C200000F") + select(TEXT),
    ),
    "first part of a select of text, from elsewhere": (
        aids.JPKI,
        bytes.fromhex("10A4040C05") + TEXT[:5],
    ),
    "chained select": (SURFACE, bytes.fromhex("10A4020C020005")),
    "secured read": (SURFACE, bytes.fromhex("0CB085000397010000")),
    "select by path from the current DF": (SURFACE, bytes.fromhex("00A40900020005")),
    "select without a way": (SURFACE, bytes.fromhex("00A40000020005")),
    "compare surface 0005": (SURFACE, bytes.fromhex("0033000503810100")),
    "search in text by short id": (TEXT, bytes.fromhex("00A2010C0139")),
    "change surface code A": (SURFACE, bytes.fromhex("0025019302AABB")),
    "disable surface code A": (SURFACE, bytes.fromhex("00260093")),
    "enable surface code A": (SURFACE, bytes.fromhex("002800930C") + b"900000000019"),
    "activate surface 0005": (SURFACE, bytes.fromhex("00440000020005")),
    "12 digits filled up": (SURFACE, bytes.fromhex("002000800E") + b"900000000019\xff\xff"),
    "12 digits in 6 bytes": (TEXT, bytes.fromhex("0020008006900000000019")),
    "12 digits against a global reference": (TEXT, bytes.fromhex("00200014")),
    "an instruction nobody knows": (TEXT, bytes.fromhex("80570000")),
}
INNOCENT = {
    "jpki 0001": (aids.JPKI, select_file(0x0001)),
    "jpki 0005 by short id": (aids.JPKI, bytes.fromhex("00B0850000")),
    "common record 1 of 0001": (aids.COMMON_DATA, bytes.fromhex("00B2010C00")),
    "surface 0002": (SURFACE, select_file(0x0002)),
    "surface 0001, the age": (SURFACE, select_file(0x0001)),
    "surface offset 0x0500": (SURFACE, bytes.fromhex("00B0050000")),
    "surface code B": (SURFACE, verify("33031420354821", p2=0x92)),
    "surface chip key": (SURFACE, bytes.fromhex("802A000005") + b"proof" + b"\x00"),
    "text 0002": (TEXT, select_file(0x0002)),
    "text 0002 by short id": (TEXT, bytes.fromhex("00B0820000")),
    "text pin": (TEXT, verify("2345", p2=0x91)),
    "jpki environment with its key": (aids.JPKI, bytes.fromhex("002241A403840197")),
    "jpki environment with its file": (aids.JPKI, bytes.fromhex("002241B60481020001")),
    "jpki environment with a long key name": (
        aids.JPKI,
        bytes.fromhex("002281B61283103132333435363738393132333435360005"),
    ),
    "surface, rest of an answer": (SURFACE, bytes.fromhex("00C0000010")),
    "surface, the reader's name for the card": (SURFACE, bytes.fromhex("FFCA000000")),
    "jpki general authenticate": (aids.JPKI, bytes.fromhex("00860094027C0000")),
    "too short to be a command": (TEXT, b"\x00\xa4"),
}


@pytest.fixture
def card(issuer: Issuer) -> SimulatedCard:
    card = issuer.issue(MY_NUMBER)
    card.power_on()
    return card


@pytest.mark.parametrize(("aid", "command"), WAYS.values(), ids=WAYS)
def test_finds_each_way_of_naming_it(card: SimulatedCard, aid: bytes, command: bytes) -> None:
    send(card, select(aid))
    send(card, command)

    assert [exchange.command for exchange in addresses_my_number(card.trace)] == [command]


@pytest.mark.parametrize(("aid", "command"), INNOCENT.values(), ids=INNOCENT)
def test_lets_other_commands_pass(card: SimulatedCard, aid: bytes, command: bytes) -> None:
    send(card, select(aid))
    send(card, command)

    assert addresses_my_number(card.trace) == []


def test_the_application_is_followed(card: SimulatedCard) -> None:
    by_prefix = select(aids.CARD_TEXT[:9])
    for command in (by_prefix, select(aids.JPKI), select_file(0x0001)):
        send(card, command)
    assert addresses_my_number(card.trace) == []

    for command in (select(TEXT), select(FOREIGN), select_file(0x0001)):
        send(card, command)
    assert len(addresses_my_number(card.trace)) == 1


def test_another_channel_closes_nothing(card: SimulatedCard) -> None:
    on_another_channel = b"\x01" + select(aids.JPKI)[1:]
    for command in (select(TEXT), on_another_channel, select_file(0x0001)):
        send(card, command)
    assert len(addresses_my_number(card.trace)) == 1


def test_a_select_whose_answer_was_lost_counts(card: SimulatedCard) -> None:
    card.physics.pull_at(1)
    with pytest.raises(CardPulledError):
        send(card, select(TEXT))
    card.enter_field()
    card.power_on()
    send(card, select_file(0x0001))

    assert len(addresses_my_number(card.trace)) == 1


ALTERED = [
    None,
    *(bytes.fromhex(word) for word in ("6283", "6281", "6110", "6300", "6A82", "6F00", "5AA5")),
    b"\x90",
    b"",
]
"""What arrives in place of the answer to SELECT, the work being done; None: the answer itself."""


def disclose(card: SimulatedCard) -> None:
    """Read the number, in an application that is selected."""
    send(card, verify("2345", p2=0x91))
    assert MY_NUMBER.holder.my_number.encode() in read_file(card, 0x0001)
    assert card.has_disclosed_my_number


@pytest.mark.parametrize("altered", ALTERED, ids=str)
def test_whatever_discloses_the_number_is_found(card: SimulatedCard, altered: bytes | None) -> None:
    if altered is not None:
        card.physics.distort_at(1, lambda _: altered)
    send(card, select(TEXT))
    disclose(card)

    assert addresses_my_number(card.trace)


def test_a_select_that_only_seems_to_leave_is_told_by_the_card(card: SimulatedCard) -> None:
    send(card, select(TEXT))
    card.physics.status_word_at(1, 0x9000)
    send(card, select(FOREIGN))
    disclose(card)

    assert addresses_my_number(card.trace) == []
    assert was_asked_for_my_number(card)


@pytest.mark.parametrize("word", [0x6283, 0x6A82, 0x6F00])
def test_what_may_not_have_been_left_stays_open(card: SimulatedCard, word: int) -> None:
    send(card, select(TEXT))
    card.physics.status_word_at(1, word)
    send(card, select(aids.JPKI))
    send(card, select_file(0x0001))

    assert len(addresses_my_number(card.trace)) == 1
