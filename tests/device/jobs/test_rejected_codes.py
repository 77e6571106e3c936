"""A code that a card refused is never sent to it again, and to every other card it may be."""

import re

import pytest

from device.jobs.rejected_codes import MOST_KEPT, RejectedCodes
from device.reader.errors import (
    CardLostError,
    CardTimeoutError,
    MalformedAnswerError,
    PrintedCodeLockedError,
    PrintedCodeRejectedError,
    ReaderError,
    SlotLostError,
)
from device.reader.printed_code import PrintedCode

CARD, OTHER_CARD = b"a certificate", b"another certificate"
CODE = PrintedCode.from_digits("33031420354821", None)
OTHER_CODE = PrintedCode.from_digits("02100220357306", None)


def send(
    codes: RejectedCodes,
    card: bytes = CARD,
    code: PrintedCode = CODE,
    *,
    tries_left: int,
    outcome: ReaderError | None = None,
) -> bool:
    """Whether the code leaves for the card, which then answers so."""
    is_sent = False
    try:
        with codes.sending(card, code, tries_left):
            is_sent = True
            if outcome:
                raise outcome
    except ReaderError:
        pass
    return is_sent


def rejection(tries_left: int) -> ReaderError:
    return PrintedCodeRejectedError(tries_left)


def test_only_the_same_code_for_the_same_card_is_refused() -> None:
    codes = RejectedCodes()
    assert send(codes, tries_left=10, outcome=rejection(9))
    assert send(codes, CARD, OTHER_CODE, tries_left=9)
    assert send(codes, OTHER_CARD, CODE, tries_left=9)
    with pytest.raises(PrintedCodeRejectedError) as refusal, codes.sending(CARD, CODE, 10):
        pytest.fail("it was sent")
    assert refusal.value.tries_left == 10


@pytest.mark.parametrize("lost", [CardLostError, SlotLostError, CardTimeoutError, ReaderError])
@pytest.mark.parametrize("before", [10, 7])
def test_a_code_whose_answer_was_lost_is_refused_if_it_cost_a_try(
    lost: type[ReaderError], before: int
) -> None:
    codes = RejectedCodes()
    assert send(codes, tries_left=before, outcome=lost())
    assert not send(codes, tries_left=before - 1)
    assert not send(codes, tries_left=10), "a right code since then gave the tries back"


@pytest.mark.parametrize(("before", "after"), [(10, 10), (7, 7), (7, 10)])
def test_a_code_that_cost_no_try_may_be_sent_again(before: int, after: int) -> None:
    codes = RejectedCodes()
    assert send(codes, tries_left=before, outcome=CardLostError())
    assert send(codes, tries_left=after)


def test_whatever_code_comes_next_the_card_s_word_is_about_the_last_one() -> None:
    codes = RejectedCodes()
    send(codes, tries_left=10, outcome=MalformedAnswerError("noise"))
    assert send(codes, CARD, OTHER_CODE, tries_left=9)
    assert not send(codes, tries_left=10)


def test_another_card_tells_nothing_of_this_one() -> None:
    codes = RejectedCodes()
    send(codes, tries_left=10, outcome=CardLostError())
    assert send(codes, OTHER_CARD, tries_left=9)
    assert send(codes, tries_left=10)


@pytest.mark.parametrize("outcome", [None, PrintedCodeLockedError()])
def test_a_try_lost_elsewhere_after_a_known_outcome_says_nothing(
    outcome: ReaderError | None,
) -> None:
    codes = RejectedCodes()
    send(codes, tries_left=10, outcome=outcome)
    assert send(codes, tries_left=9)


def test_what_is_kept_has_an_end() -> None:
    codes = RejectedCodes()
    for number in range(MOST_KEPT + 1):
        send(codes, number.to_bytes(4), tries_left=10, outcome=rejection(9))
    assert send(codes, (0).to_bytes(4), tries_left=9)
    assert not send(codes, (1).to_bytes(4), tries_left=9)

    for number in range(MOST_KEPT + 1):
        send(codes, number.to_bytes(5), tries_left=10, outcome=CardLostError())
    assert len(codes._unsettled) == MOST_KEPT
    assert send(codes, (0).to_bytes(5), tries_left=9)
    assert not send(codes, (2).to_bytes(5), tries_left=9)


def kept_by(codes: RejectedCodes) -> bytes:
    unsettled = [tag + sent.code for tag, sent in codes._unsettled.items()]
    return b"".join([*codes._rejected, *unsettled])


def test_neither_code_nor_card_is_kept_in_clear() -> None:
    kept = []
    for _ in range(2):
        codes = RejectedCodes()
        send(codes, tries_left=10, outcome=rejection(9))
        send(codes, CARD, OTHER_CODE, tries_left=9, outcome=CardLostError())
        assert len(codes._rejected) == len(codes._unsettled) == 1
        assert not re.search("33031420|4821|7306", repr(codes) + repr(codes._unsettled))
        kept.append(kept_by(codes))
        for secret in (CODE.reference(), OTHER_CODE.reference(), CARD):
            assert secret not in kept[-1]
    assert kept[0] != kept[1], "every process has its own key"
