import logging
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.reader.card_files import CardFiles
from device.reader.common_data import expiry_in, read_expiry
from device.reader.errors import CardAnswerError
from device.reader.exchange import Exchange
from device.reader.port import CardSlot
from tests.device.reader.laid_cards import InProcessSlot, ScriptedConnection, ScriptedSlot
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer

RECORD = b"\x01\x1c" + b"400000012719843" + b"13221" + b"20350217"
OK = b"\x90\x00"


def expiry_on(slot: CardSlot) -> date | None:
    return read_expiry(CardFiles(Exchange(slot, apdu_deadline_s=2)))


@pytest.mark.parametrize("filler", [0, 1, 226])
def test_a_record_as_published(filler: int) -> None:
    assert expiry_in(RECORD + b"\xff" * filler) == date(2035, 2, 17)


BROKEN = {
    "empty": b"",
    "only filler": b"\xff" * 30,
    "cut off": RECORD[:-1],
    "something behind it": RECORD + b"\x02",
    "another tag": b"\x02" + RECORD[1:],
    "another length": b"\x01\x1b" + RECORD[2:],
    "letters": RECORD.replace(b"1", b"A"),
    "blanks": RECORD[:-8] + b" " * 8,
    "without end": RECORD[:-8] + b"99999999",
    "no such day": RECORD[:-8] + b"20350230",
    "no such month": RECORD[:-8] + b"20351301",
    "no such year": RECORD[:-8] + b"00000101",
    "other digits": RECORD[:-8] + b"\xef\xbc\x92" + b"35217",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_record_tells_no_day_and_does_not_kill_the_card(
    broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    record = BROKEN[broken]
    caplog.set_level(logging.DEBUG)
    assert expiry_on(ScriptedSlot(ScriptedConnection([OK, record + OK]))) is None
    assert [entry.levelname for entry in caplog.records] == ["WARNING"]
    assert not any(part in caplog.text for part in ("40000001", "2719843", "13221", "2035"))


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(record: bytes) -> None:
    expiry_in(record)


def test_a_card_tells_its_last_day_in_two_commands(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    card = issuer.issue(catalog.MY_NUMBER)
    assert expiry_on(InProcessSlot(card)) == catalog.MY_NUMBER.card_expiry
    assert len(card.trace.exchanges) == 2
    assert caplog.text == ""


@pytest.mark.parametrize("answers", [[b"\x6a\x82"], [OK, b"\x6a\x83"]])
def test_phones_and_other_cards_tell_nothing(
    answers: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    card = ScriptedConnection(answers)
    assert expiry_on(ScriptedSlot(card)) is None
    assert len(card.sent) == len(answers)
    assert caplog.text == ""


@pytest.mark.parametrize("word", ["6F00", "6985", "6282", "6281", "6400"])
def test_a_word_that_tells_nothing_does_not_say_that_there_is_no_last_day(word: str) -> None:
    with pytest.raises(CardAnswerError):
        expiry_on(ScriptedSlot(ScriptedConnection([OK, bytes.fromhex(word)])))
