"""The simulated reception software takes good files only."""

from pathlib import Path

import pytest

from tests.hw_sim.reception_software import Client, ReceptionSoftware, RefusedFileError

NAME = "OQSsiquc01res_face_131123456700000000000000000001_20261122090102.xml"
GOOD = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>\r
<XmlMsg><MessageHeader><MedicalInstitutionCode>1311234567</MedicalInstitutionCode>\
<ArbitraryFileIdentifier>RDR01-00000001</ArbitraryFileIdentifier>\
<SegmentOfResult>1</SegmentOfResult><CharacterCodeIdentifier>0</CharacterCodeIdentifier>\
</MessageHeader><MessageBody><QualificationValidity>1</QualificationValidity><ResultList>\
<ResultOfQualificationConfirmation><InsuredCardClassification>01</InsuredCardClassification>\
<InsurerNumber>  138057</InsurerNumber><InsurerName>見本市</InsurerName>\
<Name>試験　花子</Name><NameKana>ｼｹﾝ ﾊﾅｺ</NameKana><Sex1>2</Sex1><Birthdate>19931130</Birthdate>\
<DiagnosisInfoConsFlg>0</DiagnosisInfoConsFlg>\
</ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>
"""


@pytest.fixture
def software(tmp_path: Path) -> ReceptionSoftware:
    return ReceptionSoftware(tmp_path, today="20261122")


def test_a_good_file_is_read_and_moved(software: ReceptionSoftware, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(GOOD)
    (taken,) = software.look()
    assert taken.name == NAME
    assert taken.header["MedicalInstitutionCode"] == "1311234567"
    assert taken.body == {"QualificationValidity": "1"}
    assert taken.person["Name"] == "試験　花子"
    assert software.look() == []
    assert (tmp_path / "trash" / NAME).exists()


def test_cp932_is_read_when_set_so(tmp_path: Path) -> None:
    text = GOOD.replace("UTF-8", "Shift_JIS").replace("fier>0<", "fier>1<")
    (tmp_path / NAME).write_bytes(text.encode("cp932"))
    (taken,) = ReceptionSoftware(tmp_path, "Shift_JIS", today="20261122").look()
    assert taken.person["Name"] == "試験　花子"


def test_one_name_is_never_taken_twice(software: ReceptionSoftware, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(GOOD)
    software.look()
    (tmp_path / NAME).write_text(GOOD)
    with pytest.raises(RefusedFileError, match="twice"):
        software.look()


@pytest.mark.parametrize(
    "name",
    [
        NAME.replace("20261122", "20261121"),
        NAME.replace("131123456700000000000000000001_", ""),
        NAME.replace("131123456700000000000000000001", "1"),
    ],
)
def test_a_name_it_does_not_know_is_refused(
    software: ReceptionSoftware, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text(GOOD)
    with pytest.raises(RefusedFileError):
        software.look()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"UTF-8"', '"Shift_JIS"'),
        ("fier>0<", "fier>1<"),
        ("<Name>試験　花子</Name>", "<Name/>"),
        ("<NameKana>ｼｹﾝ ﾊﾅｺ</NameKana>", ""),
        ("<Sex1>2</Sex1>", "<Sex1>2</Sex1><Sex1>2</Sex1>"),
        ("<Sex1>2</Sex1>", "<Sex1>2</Sex1><Sex2/>"),
        ("  138057", "138057"),
        ("1311234567", "131123456"),
        ("ConsFlg>0<", "ConsFlg>1<"),
        ("<ResultList>", "<ResultList><ResultOfQualificationConfirmation/>"),
        ("<XmlMsg>", "<!DOCTYPE x><XmlMsg>"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused(
    software: ReceptionSoftware, tmp_path: Path, old: str, new: str
) -> None:
    assert old in GOOD
    (tmp_path / NAME).write_text(GOOD.replace(old, new))
    with pytest.raises(RefusedFileError):
        software.look()


DISEASE = "<SpecificDiseasesCertificateRelatedConsFlg>1</SpecificDiseasesCertificateRelatedConsFlg>\
<SpecificDiseasesCertificateRelatedConsTime>20261122090055\
</SpecificDiseasesCertificateRelatedConsTime><SpecificDiseasesCertificateList>\
<SpecificDiseasesCertificateInfo><SpecificDiseasesDiseaseCategory>1\
</SpecificDiseasesDiseaseCategory></SpecificDiseasesCertificateInfo>\
</SpecificDiseasesCertificateList><Sex1>"
FLAG = "<SpecificDiseasesCertificateRelatedConsFlg>{}</SpecificDiseasesCertificateRelatedConsFlg>\
<Sex1>"


@pytest.mark.parametrize(
    ("client", "old", "new"),
    [
        (Client.MYCLINIC, "<Sex1>", DISEASE),
        (Client.MYCLINIC, "<Sex1>", FLAG.format(3)),
        (Client.MYCLINIC, "fication>01<", "fication>A1<"),
        (Client.MYNARECEPTION, "ｼｹﾝ ﾊﾅｺ", " "),
    ],
)
def test_what_only_one_program_cannot_read(
    tmp_path: Path, client: Client, old: str, new: str
) -> None:
    content = GOOD.replace(old, new).encode()
    assert content != GOOD.encode()
    for each in Client:
        software = ReceptionSoftware(tmp_path, today="20261122", client=each)
        software.read_content(NAME, GOOD.encode())
        if each is client:
            with pytest.raises(RefusedFileError):
                software.read_content(NAME, content)
        else:
            software.read_content(NAME, content)


def test_no_program_takes_a_disease_without_consent(software: ReceptionSoftware) -> None:
    for wrong in (DISEASE.replace("Flg>1<", "Flg>0<"), DISEASE.replace("ConsTime", "Time")):
        with pytest.raises(RefusedFileError, match="consent"):
            software.read_content(NAME, GOOD.replace("<Sex1>", wrong).encode())


def test_groups_of_one_name_are_counted(software: ReceptionSoftware) -> None:
    twice = "<A><B>1</B></A><A><B>2</B></A><Sex1>"
    person = software.read_content(NAME, GOOD.replace("<Sex1>", twice).encode()).person
    assert (person["A/B"], person["A[2]/B"]) == ("1", "2")


def test_software_that_acts_on_changes_misses_what_appears_whole(tmp_path: Path) -> None:
    software = ReceptionSoftware(tmp_path, today="20261122", client=Client.CHANGE_EVENT)
    (tmp_path / NAME).write_text(GOOD)
    assert software.look() == software.look() == []
    (tmp_path / NAME).unlink()
    other = NAME.replace("00001_", "00002_")
    (tmp_path / other).touch()
    assert software.look() == []
    (tmp_path / other).write_text(GOOD)
    assert [taken.name for taken in software.look()] == [other]
