"""No line of the log tells a patient's data, whatever somebody hands to it by mistake."""

import json
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import qualification, redaction
from agent.redaction import DEEPEST, REMOVED, redact

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
HALF_KANA = "".join(map(chr, range(0xFF66, 0xFFA0)))
KANJI = st.text("受付試験太郎花子架空ケースさくら髙﨑", min_size=1, max_size=6)
AROUND = st.text("a :,;()=「」は.\n", max_size=5)

digits = st.text("0123456789", min_size=12, max_size=12)
blobs = st.binary(min_size=48, max_size=200)
PERSONAL: dict[str, st.SearchStrategy[str]] = {
    "a 12-digit number": digits,
    "in full-width digits": digits.map(lambda text: text.translate(WIDE)),
    "as printed": digits.map(lambda text: f"{text[:4]} {text[4:8]} {text[8:]}"),
    "with hyphens": digits.map(lambda text: f"{text[:4]}-{text[4:8]}-{text[8:]}"),
    "an insured person's number": st.text("0123456789", min_size=8, max_size=11),
    "a name": st.tuples(KANJI, KANJI).map("\u3000".join),
    "the repr of a name": st.tuples(KANJI, KANJI).map("\\u3000".join),
    "a name in JSON": st.tuples(KANJI, KANJI).map(
        lambda name: json.dumps("\u3000".join(name))[1:-1]
    ),
    "its bytes": KANJI.map(lambda name: repr(f"{name}太郎".encode())[2:-1]),
    "its bytes in cp932": KANJI.map(
        lambda name: repr(f"{name}太郎".encode("cp932", "ignore"))[2:-1]
    ),
    "half-width kana": st.text(HALF_KANA, min_size=2, max_size=12),
    "a picture in Base64": blobs.map(lambda data: b64encode(data).decode()),
    "and for addresses": blobs.map(lambda data: urlsafe_b64encode(data).decode()),
    "in hexadecimal": blobs.map(bytes.hex),
}
RECORDS = [kind for kind in vars(qualification).values() if is_dataclass(kind)]
"""Every class there: the redaction goes by a list of them that could lack one."""
Bury = Callable[[str, str, str], dict[str, object]]
PLACES: dict[str, Bury] = {
    "the sentence": lambda datum, before, after: {"event": before + datum + after},
    "a field": lambda datum, before, after: {"event": "x", "detail": before + datum + after},
    "a list": lambda datum, before, after: {"event": "x", "details": [(before + datum + after,)]},
    "a table": lambda datum, before, after: {"event": "x", "of": {"detail": before + datum}},
    "a key": lambda datum, before, after: {"event": "x", "of": {before + datum + after: 1}},
    "a path": lambda datum, before, after: {"event": "x", "file": f"of/{datum}.pem"},
}


def written(line: dict[str, object], *processors: structlog.typing.Processor) -> str:
    """All keys and texts that stand in the log."""
    render = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    logger = structlog.testing.CapturingLogger()
    bound = structlog.wrap_logger(logger, processors=[*processors, render])
    sentence = line.pop("event")
    bound.warning(sentence, **line)
    return "\n".join(texts(json.loads(logger.calls[0].args[0])))


def texts(told: object) -> Iterator[str]:
    match told:
        case dict():
            for key, value in told.items():
                yield from (key, *texts(value))
        case list():
            for each in told:
                yield from texts(each)
        case _:
            yield str(told)


@pytest.mark.parametrize("what", PERSONAL)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_nowhere_in_a_line_is_it_found(what: str, data: st.DataObject) -> None:
    datum = data.draw(PERSONAL[what])
    bury = PLACES[data.draw(st.sampled_from(sorted(PLACES)))]
    before, after = data.draw(AROUND), data.draw(AROUND)
    left = written(bury(datum, before, after), redact)
    assert datum not in left
    half = len(datum) // 2
    assert half < 6 or not (datum[:half] in left or datum[half:] in left)
    assert datum in written(bury(datum, "", "")), "control"


@given(st.one_of(blobs, blobs.map(bytearray), blobs.map(lambda data: memoryview(data))))
def test_bytes_are_counted(picture: bytes) -> None:
    assert redact(None, "", {"frame": picture}) == {"frame": f"[{len(picture)} bytes]"}


@given(st.integers(min_value=10**11, max_value=10**12 - 1))
def test_a_number_that_is_no_text(number: int) -> None:
    assert redact(None, "", {"seen": [number]}) == {"seen": [REMOVED]}


@pytest.mark.parametrize(
    "key",
    [
        *sorted(each.name for record in RECORDS for each in fields(record)),
        *("ISSUE_NUMBER", "pin", "PIN", "typed_pin", "photo", "face", "live_image"),
        *("patient_name", "secret"),
        *("token", "password", "printed_code_key", "embedding", "certificate"),
    ],
)
def test_a_field_of_such_a_name_is_never_shown(key: str) -> None:
    told: dict[str, object] = {key: "1234", "of": [{key: "太郎"}]}
    assert redact(None, "", told) == {key: REMOVED, "of": [{key: REMOVED}]}


def test_without_the_records_themselves_some_of_their_fields_would_be_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: words that names are made of are not enough."""
    monkeypatch.setattr(redaction, "_RECORD_FIELDS", frozenset())
    told: dict[str, object] = {"injury_name1": "1234"}
    assert redact(None, "", dict(told)) == told


@pytest.mark.parametrize("part", ["a", "a/", "1", "a1", "0f", "A", "太", "ｱ ", "\\x81", "\\u53d7a"])
def test_no_line_takes_long(part: str) -> None:
    started = time.process_time()
    written({"event": part * 100_000}, redact)
    assert time.process_time() - started < 1


class Colour(Enum):
    RED = 1


def test_what_is_of_no_known_type_tells_its_type() -> None:
    told = {"why": RuntimeError("受付　太郎"), "colour": Colour.RED, "in": Path("/受付　太郎/x")}
    assert redact(None, "", dict(told)) == {
        "why": "[RuntimeError]",
        "colour": "[Colour]",
        "in": f"/{REMOVED}/x",
    }


def test_a_table_in_itself_ends() -> None:
    table: dict[str, object] = {}
    table["inside"] = table
    assert str(redact(None, "", table)).count("inside") == DEEPEST + 1


@pytest.mark.parametrize(
    "sentence",
    [
        "this PC says it is 1970-01-01, before it was paired with its reader: set the clock",
        "no reader is paired at 1番窓口 yet; pair one with `python -m agent pair`.",
        "the pairing with the reader 01000123456789012345678901234567ab cannot be used",
        "a visit, 00112233445566778899aabbccddeeff, at 09:01:02",
        "RuntimeError at /opt/uketsuke/.venv/lib/python3.11/site-packages/sqlalchemy/engine/"
        "base.py:1967, from /opt/uketsuke/agent/a_long_folder/another_folder/and_one_more/x.py:3",
        r"C:\OQS\face: the folder is not there",
        "journal_mode stays delete instead of wal",
    ],
)
def test_what_staff_need_stays(sentence: str) -> None:
    line = {"event": sentence, "seq": 4_294_967, "is_new": True, "none": None}
    assert redact(None, "", dict(line)) == line
