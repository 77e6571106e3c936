import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.pinpad.record import BODY_BYTES, Record, RecordKind

records = st.builds(
    Record,
    kind=st.sampled_from(RecordKind),
    time_s=st.integers(0, 2**32 - 1),
    card_tag=st.binary(min_size=16, max_size=16),
    tries_left=st.none() | st.integers(0, 15),
)


@given(records)
def test_what_was_written_is_read(record: Record) -> None:
    body = record.encode()
    assert len(body) == BODY_BYTES
    assert Record.decode(body) == record


def test_a_kind_of_a_later_version_is_no_record() -> None:
    body = Record(RecordKind.LOST, 0, bytes(16)).encode()
    with pytest.raises(ValueError, match="99"):
        Record.decode(b"\x63" + body[1:])
