"""Messages come out of the stream as they went in, however it is cut."""

import struct
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostlink import codec
from hostlink.message_stream import MessageStream, envelop
from hostlink.reset import ResetReason, SessionEndedError
from tests.hostlink import samples

STREAM = b"".join(envelop(codec.encode(message)) for message in samples.MESSAGES)


@given(st.sets(st.integers(0, len(STREAM)), max_size=20))
@settings(derandomize=True, deadline=None)
def test_any_cutting(cuts: set[int]) -> None:
    stream = MessageStream()
    edges = sorted({0, len(STREAM)} | cuts)
    found = [message for a, b in pairwise(edges) for message in stream.feed(STREAM[a:b])]
    assert found == list(samples.MESSAGES)


@pytest.mark.parametrize("length", [0, codec.MAX_MESSAGE_BYTES + 1, 2**32 - 1])
def test_impossible_length_is_refused_before_its_bytes_come(length: int) -> None:
    with pytest.raises(SessionEndedError) as ended:
        list(MessageStream().feed(struct.pack(">I", length)))
    assert ended.value.reason is ResetReason.MALFORMED_MESSAGE


def test_messages_before_a_malformed_one_are_received() -> None:
    good = samples.MESSAGES[2]
    found = MessageStream().feed(envelop(codec.encode(good)) + envelop(b"\xff"))
    assert next(found) == good
    with pytest.raises(SessionEndedError):
        next(found)
