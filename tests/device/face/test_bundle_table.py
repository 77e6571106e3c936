import pytest

from device.face.bundle_table import BundleTable
from device.face.errors import BundleError

TABLE = BundleTable("example", {"word": "yes", "count": 3, "share": 0.5, "inner": {"word": "no"}})


def test_values_are_read() -> None:
    assert TABLE.text("word") == "yes"
    assert TABLE.integer("count", 1, 5) == 3
    assert TABLE.number("share", 0, 1) == 0.5
    assert TABLE.table("inner").text("word") == "no"
    assert TABLE.choice("word", ("yes", "no")) == "yes"


def test_an_optional_text_may_be_absent_but_not_wrong() -> None:
    assert TABLE.optional_text("nothing") is None
    with pytest.raises(BundleError):
        TABLE.optional_text("count")


def test_the_sentence_names_bundle_and_key() -> None:
    with pytest.raises(BundleError, match='"example": "count" must be between 4 and 5'):
        TABLE.integer("count", 4, 5)
    with pytest.raises(BundleError, match='"example": "word" must be a table'):
        TABLE.table("word")
