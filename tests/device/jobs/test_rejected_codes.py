"""A code that a card refused is never sent to it again, and to every other card it may be."""

import re

import pytest

from device.jobs.rejected_codes import MOST_KEPT, RejectedCodes
from device.reader.errors import PrintedCodeRejectedError
from device.reader.printed_code import PrintedCode

CARD, OTHER_CARD = b"a certificate", b"another certificate"
CODE = PrintedCode.from_digits("33031420354821", None)
OTHER_CODE = PrintedCode.from_digits("02100220357306", None)


def test_only_the_same_code_for_the_same_card_is_refused() -> None:
    rejected = RejectedCodes()
    rejected.note(CARD, CODE, 9)
    rejected.refuse_known(CARD, OTHER_CODE)
    rejected.refuse_known(OTHER_CARD, CODE)
    with pytest.raises(PrintedCodeRejectedError) as refusal:
        rejected.refuse_known(CARD, CODE)
    assert refusal.value.tries_left == 9


def test_what_is_kept_has_an_end() -> None:
    rejected = RejectedCodes()
    for number in range(MOST_KEPT + 1):
        rejected.note(number.to_bytes(4), CODE, 9)
    rejected.refuse_known((0).to_bytes(4), CODE)
    with pytest.raises(PrintedCodeRejectedError):
        rejected.refuse_known((1).to_bytes(4), CODE)


def test_neither_code_nor_card_is_kept_in_clear() -> None:
    rejected = RejectedCodes()
    rejected.note(CARD, CODE, 9)
    kept = b"".join(rejected._tries_left)
    assert CODE.reference() not in kept
    assert CARD not in kept
    assert not re.search("33031420|4821", repr(rejected))
    assert b"".join(rejected._tries_left) != b"".join(other_reader()._tries_left)


def other_reader() -> RejectedCodes:
    rejected = RejectedCodes()
    rejected.note(CARD, CODE, 9)
    return rejected
