"""Answers that no 連携アプリ should give: each is understood or refused by name."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.characters import Encoding
from agent.eligibility._oqs_answer import (
    Asked,
    NumberAnswer,
    number_answer_in,
    read_message,
)
from agent.eligibility.port import EligibilityRecord, NumbersRefused
from agent.errors import MalformedQualificationError
from tests.agent.relays.samples import personal_words
from tests.agent.world import INSTITUTION, RECORD

ASKED = Asked(INSTITUTION, "20261122090102123-1a2b3c4d")
BIRTH = date(1955, 6, 1)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
TEXT = f"""{HEAD}
<XmlMsg><MessageHeader>
<MedicalInstitutionCode>{INSTITUTION}</MedicalInstitutionCode>
<ArbitraryFileIdentifier>20261122090102123-1a2b3c4d</ArbitraryFileIdentifier>
<SegmentOfResult>1</SegmentOfResult></MessageHeader>
<MessageBody><ProcessingResultStatus>1</ProcessingResultStatus>
<ProcessingResultMessage>証明書の有効期限が3か月以内となっています。</ProcessingResultMessage>
<QualificationValidity>1</QualificationValidity>
<ResultList><ResultOfQualificationConfirmation>
<Address>東京都千代田区架空町１－２－３</Address>
<Name>受付　太郎</Name><NameKana>ｳｹﾂｹ ﾀﾛｳ</NameKana>
<Sex1>1</Sex1><Birthdate>19550601</Birthdate><InsurerName>テスト健康保険組合</InsurerName>
<InsurerNumber>  138057</InsurerNumber><InsuredCardClassification>01</InsuredCardClassification>
</ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>"""


def read(content: bytes, encoding: Encoding = Encoding.UTF_8) -> NumberAnswer | None:
    root = read_message(content, encoding, ASKED)
    return None if root is None else number_answer_in(root, BIRTH)


def refused_field(text: str) -> str:
    with pytest.raises(MalformedQualificationError) as malformed:
        read(text.encode())
    return malformed.value.field


def test_a_whole_answer() -> None:
    found = read(TEXT.encode())
    assert isinstance(found, EligibilityRecord)
    assert found.person.insurer_number == "138057"
    assert found.processing_result_message == "証明書の有効期限が3か月以内となっています。"
    assert found == read(("\ufeff" + TEXT).encode())
    assert found == read(TEXT.replace("UTF-8", "shift_jis").encode("cp932"), Encoding.CP932)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (HEAD, "", "encoding"),
        ("UTF-8", "UTF-16", "encoding"),
        ("<XmlMsg>", "<!DOCTYPE XmlMsg><XmlMsg>", "DOCTYPE"),
        ("</XmlMsg>", "", "XML"),
        ("XmlMsg>", "Other>", "SegmentOfResult"),
        ("<SegmentOfResult>1", "<SegmentOfResult>3", "SegmentOfResult"),
        ("<ProcessingResultStatus>1", "<ProcessingResultStatus>", "ProcessingResultStatus"),
        ("19550601", "19550602", "Birthdate"),
        ("19550601", "1955060", "birthdate"),
        ("ResultList>", "Results>", "ResultList"),
        ("<Name>受付　太郎</Name>", "", "name"),
        ("<Name>受付　太郎", f"<Name>{'太' * 200}", "name"),
        ("<QualificationValidity>1", "<QualificationValidity>9", "qualification_validity"),
        (f"<MedicalInstitutionCode>{INSTITUTION}", "<MedicalInstitutionCode>", "MedicalInst"),
        ("-1a2b3c4d", "-1a2b3c4e", "ArbitraryFileIdentifier"),
    ],
)
def test_one_thing_is_wrong(old: str, new: str, field: str) -> None:
    assert refused_field(TEXT.replace(old, new)).startswith(field)


@pytest.mark.parametrize("text", ["", HEAD, f"{HEAD}<a/>", f"{HEAD}<XmlMsg/>", f"{HEAD}\x00"])
def test_next_to_nothing(text: str) -> None:
    assert refused_field(text)


def test_an_error_that_could_not_read_the_question() -> None:
    segment = "<SegmentOfResult>9</SegmentOfResult>"
    error = f"{HEAD}<XmlMsg><MessageHeader>{segment}</MessageHeader></XmlMsg>"
    assert isinstance(read(error.encode()), NumbersRefused)
    assert refused_field(error.replace(">9<", ">1<")) == "ArbitraryFileIdentifier"


def test_a_message_is_fit_to_be_shown() -> None:
    error = TEXT.replace("<ProcessingResultStatus>1", "<ProcessingResultStatus>2")
    long = error.replace("証明書の", "&#x85;&#9;" + "長" * 1_000)
    refused = read(long.encode())
    assert isinstance(refused, NumbersRefused)
    assert refused.message is not None
    assert set(refused.message) <= {"長", "\x85"}
    assert len(refused.message) <= 400


def test_a_deep_answer_is_refused_and_not_fallen_into() -> None:
    depth = 200_000
    deep = f"{HEAD}{'<a>' * depth}{'</a>' * depth}"
    assert refused_field(deep) == "SegmentOfResult"


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(TEXT.encode()) - 1),
    st.integers(0, 40),
    st.one_of(
        st.binary(max_size=8),
        st.sampled_from(
            [b"</Name>", b"<!--", b"<![CDATA[", b"&x;", b"<Name>", b"<?x?>", b"2", b"\0"]
        ),
    ),
)
def test_whatever_is_changed_is_understood_or_refused(at: int, cut: int, new: bytes) -> None:
    content = TEXT.encode()
    changed = content[:at] + new + content[at + cut :]
    for encoding in Encoding:
        try:
            found = read(changed, encoding)
        except MalformedQualificationError as error:
            told = f"{error!r} {error.__cause__!r} {error.__context__!r}"
            assert not [word for word in personal_words(RECORD) if word in told]
        else:
            assert not isinstance(found, EligibilityRecord) or found.person.birthdate == "19550601"
