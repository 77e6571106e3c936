"""One switch writes the outer lengths of the same files in two ways.

Source: facts/card.md §3.1.
"""

from dataclasses import replace

import pytest

from tests.hw_sim.card import aids
from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.talk import read_file, select, send, verify
from tests.hw_sim.card.tlv import tlv

SURFACE, TEXT = aids.CARD_SURFACE, aids.CARD_TEXT


@pytest.mark.parametrize(
    ("value_bytes", "minimal", "longer"),
    [
        (0x00, "00", "8200 00"),
        (0x7F, "7F", "8200 7F"),
        (0x80, "8180", "820080"),
        (0xFF, "81FF", "8200FF"),
        (0x100, "820100", "83000100"),
        (0xFFFF, "82FFFF", "8300FFFF"),
    ],
)
def test_a_length_is_minimal_or_has_a_leading_zero(
    value_bytes: int, minimal: str, longer: str
) -> None:
    value = bytes(value_bytes)

    for is_long, length in ((False, minimal), (True, longer)):
        assert tlv(0xDF22, value, is_long=is_long) == b"\xdf\x22" + bytes.fromhex(length) + value


def file_of(issuer: Issuer, aid: bytes, file_id: int, *, is_long: bool) -> bytes:
    card = issuer.issue(replace(MY_NUMBER, has_long_outer_length=is_long), bytes(300))
    card.power_on()
    send(card, select(aid))
    send(card, verify(MY_NUMBER.matching_code_b, p2=0x95 if aid == TEXT else 0x92))
    return read_file(card, file_id)


@pytest.mark.parametrize(
    ("aid", "file_id", "minimal", "longer"),
    [
        (SURFACE, 0x0002, "FF2082", "FF208300"),
        (SURFACE, 0x0004, "7F21820233", "7F2183000233"),
        (TEXT, 0x0002, "FF20", "FF208200"),
        (TEXT, 0x0004, "7F21820233", "7F2183000233"),
    ],
)
def test_each_of_the_four_files_has_both_forms(
    issuer: Issuer, aid: bytes, file_id: int, minimal: str, longer: str
) -> None:
    short = file_of(issuer, aid, file_id, is_long=False)
    long = file_of(issuer, aid, file_id, is_long=True)

    assert short.startswith(bytes.fromhex(minimal))
    assert long.startswith(bytes.fromhex(longer))
    assert len(long) > len(short)
