"""No comparison score travels: whoever sees exact scores can climb them to a face that matches."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

import pytest

from hostlink import codec, messages
from hostlink.errors import MalformedMessageError
from hostlink.layout import record, text, word
from hostlink.messages import FaceMatch, Message
from hostlink.result import ResultClaims, encode_claims
from hostlink.terms import MatchBand
from tests.hostlink import samples

SCORE = 0.731
CLAIMS = samples.claims_of(samples.FACE_MATCHED)


def leaf_types(kind: Any) -> Iterator[type]:
    """The types of everything that a dataclass can hold, however deep."""
    if dataclasses.is_dataclass(kind):
        for hint in get_type_hints(kind).values():
            yield from leaf_types(hint)
    elif inner := get_args(kind):
        for each in inner:
            yield from leaf_types(each)
    else:
        yield kind


@pytest.mark.parametrize("kind", [*get_args(messages.Message), ResultClaims])
def test_no_message_has_a_field_for_a_fraction(kind: type) -> None:
    assert float not in set(leaf_types(kind))


@dataclass
class TellingMatch:
    """Bad: says how alike the faces were."""

    band: MatchBand
    score: float


@dataclass
class TellingRecord:
    """Bad, one level up."""

    visit_id: bytes
    match: TellingMatch | None


def test_a_field_for_a_score_would_be_found() -> None:
    assert float in set(leaf_types(TellingRecord))


def with_a_score(value: Any) -> Iterator[Any]:
    """Copies of a value in each of which one thing, however deep, became a score."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            for changed in with_a_score(getattr(value, field.name)):
                yield dataclasses.replace(value, **{field.name: changed})
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            for changed in with_a_score(item):
                yield (*value[:at], changed, *value[at + 1 :])
    yield SCORE
    yield str(SCORE)


def refuses(encode: Callable[[Any], object], value: object) -> bool:
    try:
        encode(value)
    except (MalformedMessageError, ValueError, TypeError, AttributeError):
        return True
    return False


def is_free_text(before: object, after: object) -> bool:
    """Texts that say who speaks; none of them comes from a face."""
    names = {"firmware", "audience", "patient_name", "name"}
    return any(getattr(before, n, None) != getattr(after, n, None) for n in names)


@pytest.mark.parametrize("message", samples.MESSAGES, ids=lambda m: type(m).__name__)
def test_no_message_takes_a_score(message: Message) -> None:
    changed = [each for each in with_a_score(message) if dataclasses.is_dataclass(each)]
    taken = [each for each in changed if not refuses(codec.encode, each)]
    assert len(changed) >= 2 * len(dataclasses.fields(message))
    assert all(is_free_text(message, each) for each in taken)


def test_no_result_takes_a_score() -> None:
    changed = [each for each in with_a_score(CLAIMS) if dataclasses.is_dataclass(each)]
    taken = [each for each in changed if not refuses(encode_claims, each)]
    assert len(changed) >= 40
    assert all(is_free_text(CLAIMS, each) for each in taken)


def test_a_free_text_as_threshold_would_carry_a_score() -> None:
    telling = FaceMatch(MatchBand.MATCH, str(SCORE))
    lax = record(FaceMatch, band=word(MatchBand), threshold_id=text(32))
    assert refuses(codec.FACE_MATCH.pack, telling)
    assert not refuses(lax.pack, telling)
