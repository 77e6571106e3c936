from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.reader.card_files import CardFiles
from device.reader.common_data import CommonData, read_common_data
from device.reader.errors import MalformedAnswerError
from device.reader.exchange import Exchange
from tests.device.reader.laid_cards import InProcessSlot, ScriptedConnection, ScriptedSlot
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer

RECORD = b"\x01\x1c" + b"400000012719843" + b"13221" + b"20350217"


def test_a_record_as_published() -> None:
    data = CommonData.from_record(RECORD)
    assert data == CommonData("400000012719843", "13221", date(2035, 2, 17))


def test_its_serial_is_not_shown() -> None:
    assert "400000012719843" not in repr(CommonData.from_record(RECORD))


@pytest.mark.parametrize(
    "record",
    [
        b"",
        RECORD[:-1],
        RECORD + b"\xff",
        b"\x02" + RECORD[1:],
        b"\x01\x1b" + RECORD[2:],
        RECORD.replace(b"1", b"A"),
        RECORD[:-8] + b"20350230",
        RECORD[:-8] + b"20351301",
        RECORD[:-8] + b"00000101",
        RECORD[:-8] + b"\xef\xbc\x92" + b"35217",
    ],
)
def test_what_is_no_such_record(record: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        CommonData.from_record(record)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(record: bytes) -> None:
    with suppress(MalformedAnswerError):
        CommonData.from_record(record)


def test_a_card_tells_its_last_day_in_two_commands(issuer: Issuer) -> None:
    card = issuer.issue(catalog.MY_NUMBER)
    data = read_common_data(CardFiles(Exchange(InProcessSlot(card), apdu_deadline_s=2)))
    assert data is not None
    assert (data.expiry, data.municipality) == (catalog.MY_NUMBER.card_expiry, "99999")
    assert len(card.trace.exchanges) == 2


@pytest.mark.parametrize("answers", [[b"\x6a\x82"], [b"\x90\x00", b"\x6a\x83"]])
def test_phones_and_other_cards_tell_nothing(answers: list[bytes]) -> None:
    card = ScriptedConnection(answers)
    assert read_common_data(CardFiles(Exchange(ScriptedSlot(card), apdu_deadline_s=2))) is None
    assert len(card.sent) == len(answers)
