"""Which ways stay open after each failure: every code was sorted by somebody."""

from dataclasses import replace

import pytest

from device.visit.effects import Choice, ShowPage
from device.visit.failing import fail
from device.visit.policy import VisitPolicy
from device.visit.state import Failing, TakingCard, Visit
from hostlink.terms import CardKind, FailureCode

LEAVES_BOTH = {
    FailureCode.PRINTED_CODE_UNREADABLE,
    FailureCode.FACE_NOT_SEEN,
    FailureCode.FACE_NOT_MATCHED,
    FailureCode.FACE_NOT_LIVE,
    FailureCode.FACE_MOVEMENT_NOT_SEEN,
    FailureCode.PIN_EXPIRED,
    FailureCode.STAFF_CHECK_LOCKED,
    FailureCode.SEVERAL_CARDS,
    FailureCode.CARD_IN_CASE,
    FailureCode.CARD_FACE_DOWN,
    FailureCode.CARD_UPSIDE_DOWN,
}
LEAVES_PIN = {
    FailureCode.PRINTED_CODE_LOCKED,
    FailureCode.PRINTED_CODE_REJECTED,
    FailureCode.PHOTO_UNREADABLE,
    FailureCode.CAMERA_UNAVAILABLE,
    FailureCode.PIN_NEEDED,
    FailureCode.HOLDER_TOO_YOUNG,
    FailureCode.HOLDER_AGE_UNKNOWN,
}
LEAVES_FACE = {FailureCode.PIN_LOCKED, FailureCode.PIN_REJECTED}
NEVER_OF_A_JOB = {
    FailureCode.ELIGIBILITY_UNREACHABLE,
    FailureCode.ELIGIBILITY_NOT_FOUND,
    FailureCode.REGISTRATION_DECLINED,
    FailureCode.NOT_REGISTERED,
    FailureCode.ELIGIBILITY_OF_ANOTHER,
    FailureCode.TIMED_OUT,
    FailureCode.CANCELLED,
}
"""These end a visit where they arise."""
TYPED = {
    FailureCode.PRINTED_CODE_UNREADABLE,
    FailureCode.SEVERAL_CARDS,
    FailureCode.CARD_IN_CASE,
    FailureCode.CARD_FACE_DOWN,
    FailureCode.CARD_UPSIDE_DOWN,
}
VISIT = Visit(bytes(16), CardKind.MY_NUMBER, has_pin=True, has_face=True, face_attempts=1)


def ways(failure: FailureCode, visit: Visit = VISIT, *, may_type: bool = True) -> set[Choice]:
    """What is offered; nothing when the visit ends."""
    after, effects = fail(2, visit, failure, VisitPolicy(may_type_printed_code=may_type))
    if isinstance(after, TakingCard):
        return set()
    assert isinstance(after, Failing)
    (page,) = (effect for effect in effects if isinstance(effect, ShowPage))
    return set(page.choices) - {Choice.END}


@pytest.mark.parametrize("failure", set(FailureCode) - NEVER_OF_A_JOB, ids=lambda code: code.name)
def test_each_failure_leaves_the_ways_that_can_still_help(failure: FailureCode) -> None:
    expected = set()
    if failure in LEAVES_BOTH | LEAVES_FACE:
        expected.add(Choice.RETRY_FACE)
    if failure in LEAVES_BOTH | LEAVES_PIN:
        expected.add(Choice.PIN)
    if failure in TYPED | {FailureCode.PRINTED_CODE_REJECTED}:
        expected.add(Choice.TYPE_CODE)
    assert ways(failure) == expected
    assert ways(failure, may_type=False) == expected - {Choice.TYPE_CODE}


@pytest.mark.parametrize("failure", FailureCode, ids=lambda code: code.name)
def test_where_no_way_was_open_none_opens(failure: FailureCode) -> None:
    assert ways(failure, Visit(bytes(16))) == set()


def test_a_code_that_was_typed_is_not_corrected_by_typing() -> None:
    typed = replace(VISIT, is_code_typed=True)
    assert ways(FailureCode.PRINTED_CODE_REJECTED, typed) == {Choice.PIN}


def test_typing_needs_a_face_check_that_is_still_allowed() -> None:
    tired = Visit(bytes(16), CardKind.MY_NUMBER, has_pin=True, has_face=True, face_attempts=3)
    assert ways(FailureCode.PRINTED_CODE_UNREADABLE, tired) == {Choice.PIN}
