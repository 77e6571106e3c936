"""The file is the one that known reception software reads (facts/oqs.md §5.1, §6.2)."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.characters import Encoding
from agent.errors import RelayRefusedError
from agent.qualification import EligibilityRecord, MedicalTicket, read_record
from agent.relays._oqs_file import file_name, render
from agent.relays._oqs_profile import Unmappable
from agent.relays.port import Reception
from hostlink.messages import ConsentDecision, Moment
from hostlink.terms import ConsentAnswer, ConsentItem, Decision, Emergency, Question, TimeSource
from tests.agent.world import INSTITUTION, RECORD, TODAY, VISIT_ID, completed
from tests.hostlink.pki import UEID
from tests.hw_sim.eligibility_service import SHIKEN_HANAKO
from tests.hw_sim.insured_persons import PERSONS

RECEPTION = Reception(
    medical_institution_code=INSTITUTION,
    ueid=UEID,
    seq=1,
    visit=completed(b"n" * 16, at=TODAY - timedelta(seconds=7)),
    record=RECORD,
    offered=tuple(ConsentItem),
    questions=(),
    answered_at=TODAY - timedelta(seconds=7),
    received_at=TODAY,
    signed_result=b"",
)
HANAKO = read_record(SHIKEN_HANAKO["record"])

SAMPLE = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg>
	<MessageHeader>
		<ProcessExecutionTime>20261122090102</ProcessExecutionTime>
		<QualificationConfirmationDate>20261122</QualificationConfirmationDate>
		<MedicalInstitutionCode>1311234567</MedicalInstitutionCode>
		<ArbitraryFileIdentifier>000102030405060708090a0b0c0d0e0f</ArbitraryFileIdentifier>
		<ReferenceClassification>1</ReferenceClassification>
		<SegmentOfResult>1</SegmentOfResult>
		<CharacterCodeIdentifier>0</CharacterCodeIdentifier>
	</MessageHeader>
	<MessageBody>
		<PrescriptionIssueSelect>1</PrescriptionIssueSelect>
		<ProcessingResultStatus>1</ProcessingResultStatus>
		<QualificationValidity>1</QualificationValidity>
		<ResultList>
			<ResultOfQualificationConfirmation>
				<InsuredCardClassification>01</InsuredCardClassification>
				<InsurerNumber>01130012</InsurerNumber>
				<InsuredCardSymbol>１２－３４</InsuredCardSymbol>
				<InsuredIdentificationNumber>５６７８</InsuredIdentificationNumber>
				<InsuredBranchNumber>00</InsuredBranchNumber>
				<PersonalFamilyClassification>1</PersonalFamilyClassification>
				<InsuredName>受付　太郎</InsuredName>
				<Name>受付　太郎</Name>
				<NameKana>ｳｹﾂｹ ﾀﾛｳ</NameKana>
				<Sex1>1</Sex1>
				<Birthdate>19550601</Birthdate>
				<Address>東京都千代田区架空町１－２－３</Address>
				<PostNumber>100-0000</PostNumber>
				<QualificationDate>20200401</QualificationDate>
				<InsuredCertificateIssuanceDate>20200401</InsuredCertificateIssuanceDate>
				<InsuredCardValidDate>20200401</InsuredCardValidDate>
				<InsurerName>テスト健康保険組合</InsurerName>
				<ElderlyRecipientCertificateInfo>
					<ElderlyRecipientCertificateDate>20260801</ElderlyRecipientCertificateDate>
					<ElderlyRecipientValidStartDate>20260801</ElderlyRecipientValidStartDate>
					<ElderlyRecipientValidEndDate>20270731</ElderlyRecipientValidEndDate>
					<ElderlyRecipientContributionRatio>020</ElderlyRecipientContributionRatio>
				</ElderlyRecipientCertificateInfo>
				<LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>
				<LimitApplicationCertificateRelatedConsTime>20261122090055</LimitApplicationCertificateRelatedConsTime>
				<LimitApplicationCertificateRelatedInfo>
					<LimitApplicationCertificateClassification>01</LimitApplicationCertificateClassification>
					<LimitApplicationCertificateClassificationFlag>B04</LimitApplicationCertificateClassificationFlag>
					<LimitApplicationCertificateDate>20260801</LimitApplicationCertificateDate>
					<LimitApplicationCertificateValidStartDate>20260801</LimitApplicationCertificateValidStartDate>
					<LimitApplicationCertificateValidEndDate>20270731</LimitApplicationCertificateValidEndDate>
				</LimitApplicationCertificateRelatedInfo>
				<SpecificDiseasesCertificateRelatedConsFlg>0</SpecificDiseasesCertificateRelatedConsFlg>
				<SpecificHealthCheckupsInfoConsFlg>1</SpecificHealthCheckupsInfoConsFlg>
				<SpecificHealthCheckupsInfoConsTime>20261122090055</SpecificHealthCheckupsInfoConsTime>
				<SpecificHealthCheckupsInfoAvailableTime>20261123090055</SpecificHealthCheckupsInfoAvailableTime>
				<PharmacistsInfoConsFlg>1</PharmacistsInfoConsFlg>
				<PharmacistsInfoConsTime>20261122090055</PharmacistsInfoConsTime>
				<PharmacistsInfoAvailableTime>20261123090055</PharmacistsInfoAvailableTime>
				<DiagnosisInfoConsFlg>1</DiagnosisInfoConsFlg>
				<DiagnosisInfoConsTime>20261122090055</DiagnosisInfoConsTime>
				<DiagnosisInfoAvailableTime>20261123090055</DiagnosisInfoAvailableTime>
				<OperationInfoConsFlg>0</OperationInfoConsFlg>
				<ReferenceNumber>24434</ReferenceNumber>
			</ResultOfQualificationConfirmation>
		</ResultList>
	</MessageBody>
</XmlMsg>
"""

Tree = tuple[str, str, frozenset["Tree"]]


def tree(element: ET.Element) -> Tree:
    """An element without the order of its children, which means nothing."""
    return element.tag, (element.text or "").strip("\r\n\t"), frozenset(map(tree, element))


def parse(content: bytes, codec: str = "utf-8") -> ET.Element:
    return ET.fromstring(content.decode(codec).split("?>", 1)[1])  # noqa: S314 - made here


def person_of(reception: Reception) -> dict[str, str]:
    root = parse(render(reception, Encoding.UTF_8).content)
    person = root.find(".//ResultOfQualificationConfirmation")
    assert person is not None
    return {child.tag: child.text or "" for child in person}


def test_it_says_what_the_sample_says() -> None:
    file = render(RECEPTION, Encoding.UTF_8)
    assert file.encoding is Encoding.UTF_8
    assert tree(parse(file.content)) == tree(parse(SAMPLE.encode()))


def test_lines_end_in_crlf_and_are_indented_by_tabs() -> None:
    lines = render(RECEPTION, Encoding.UTF_8).content.split(b"\r\n")
    assert lines[0] == b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
    assert lines[2] == b"\t<MessageHeader>"
    assert lines[-1] == b""
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_shift_jis_means_cp932() -> None:
    """Python's own `shift_jis` cannot encode the full-width hyphen of the sample."""
    file = render(RECEPTION, Encoding.CP932)
    assert file.encoding is Encoding.CP932
    assert file.content.startswith(b'<?xml version="1.0" encoding="Shift_JIS"')
    wanted = SAMPLE.replace("Identifier>0<", "Identifier>1<")
    assert tree(parse(file.content, "cp932")) == tree(parse(wanted.encode()))


@pytest.mark.parametrize("name", ["𠮷野　太郎", "\ue000田　太郎", "髙﨑　花子", "鷗外　花子"])
@pytest.mark.parametrize("encoding", Encoding)
def test_a_name_is_never_replaced(name: str, encoding: Encoding) -> None:
    record = replace(RECORD, person=replace(RECORD.person, name=name))
    file = render(replace(RECEPTION, record=record), encoding)
    root = parse(file.content, file.encoding)
    assert root.findtext(".//Name") == name
    declared = {Encoding.UTF_8: b"UTF-8", Encoding.CP932: b"Shift_JIS"}[file.encoding]
    assert b'encoding="' + declared in file.content.splitlines()[0]
    code = {Encoding.UTF_8: "0", Encoding.CP932: "1"}[file.encoding]
    assert root.findtext(".//CharacterCodeIdentifier") == code


def test_what_cp932_cannot_hold_makes_this_file_utf_8() -> None:
    record = replace(RECORD, person=replace(RECORD.person, name="𠮷野　太郎"))
    assert render(replace(RECEPTION, record=record), Encoding.CP932).encoding is Encoding.UTF_8
    assert render(RECEPTION, Encoding.CP932).encoding is Encoding.CP932


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": "𠮷野　太郎"}, "name"),
        ({"name": "𠮷野　太郎", "address": "鷗町"}, "name, address"),
    ],
)
def test_what_cp932_cannot_hold_may_be_refused(changes: dict[str, str], fields: str) -> None:
    reception = known_as(**changes)
    with pytest.raises(RelayRefusedError, match=f"a character of {fields}$") as caught:
        render(reception, Encoding.CP932, Unmappable.REFUSE)
    assert not any(each in str(caught.value) for each in "𠮷鷗")
    assert render(reception, Encoding.UTF_8, Unmappable.REFUSE).replaced == ()


def test_geta_stands_for_what_cp932_cannot_hold() -> None:
    file = render(known_as(name="𠮷野　太郎"), Encoding.CP932, Unmappable.GETA)
    root = parse(file.content, "cp932")
    assert (file.encoding, file.replaced) == (Encoding.CP932, ("name",))
    assert root.findtext(".//Name") == "〓野　太郎"
    assert root.findtext(".//NameKana") == "ｳｹﾂｹ ﾀﾛｳ"


@pytest.mark.parametrize("field", ["name_kana", "insured_card_symbol", "reference_number"])
def test_no_geta_in_what_must_be_right(field: str) -> None:
    with pytest.raises(RelayRefusedError, match=field):
        render(known_as(**{field: "𠮷"}), Encoding.CP932, Unmappable.GETA)


@pytest.mark.parametrize(
    ("ticket", "unmappable"),
    [
        (MedicalTicket("01", "20261101", "20261130", injury_name1="𠮷"), Unmappable.REFUSE),
        (MedicalTicket("01", "20261101", "20261130", issue_number="𠮷"), Unmappable.GETA),
    ],
)
def test_a_journal_is_not_told_of_a_ticket(ticket: MedicalTicket, unmappable: Unmappable) -> None:
    person = replace(RECORD.person, name="𠮷野　太郎", medical_tickets=(ticket,))
    reception = replace(RECEPTION, record=replace(RECORD, person=person))
    with pytest.raises(RelayRefusedError, match=r"a character of name, another text$"):
        render(reception, Encoding.CP932, unmappable)


def test_geta_in_a_ticket_is_not_told_either() -> None:
    ticket = MedicalTicket("01", "20261101", "20261130", injury_name1="𠮷", remarks1="𠮷")
    person = replace(RECORD.person, medical_tickets=(ticket,))
    reception = replace(RECEPTION, record=replace(RECORD, person=person))
    assert render(reception, Encoding.CP932, Unmappable.GETA).replaced == ("another text",)


def known_as(**changes: str) -> Reception:
    record = replace(RECORD, person=replace(RECORD.person, **changes))  # type: ignore[arg-type]
    return replace(RECEPTION, record=record)


def test_diseases_and_tickets_are_lists() -> None:
    record = read_record(PERSONS["specific_diseases_disease_category=2"]["record"])
    root = parse(render(replace(RECEPTION, record=record), Encoding.UTF_8).content)
    person = "MessageBody/ResultList/ResultOfQualificationConfirmation"
    diseases = root.findall(f"{person}/SpecificDiseasesCertificateList/*")
    assert {each.tag for each in diseases} == {"SpecificDiseasesCertificateInfo"}
    assert [each.findtext("SpecificDiseasesDiseaseCategory") for each in diseases] == ["2", "1"]
    assert root.findtext(f"{person}/SpecificDiseasesCertificateRelatedConsFlg") == "1"
    time = root.findtext(f"{person}/SpecificDiseasesCertificateRelatedConsTime")
    assert time == "20261122090055"

    record = read_record(PERSONS["ticket_type=02"]["record"])
    root = parse(render(replace(RECEPTION, record=record), Encoding.UTF_8).content)
    tickets = root.findall(f"{person}/PublicExpenseResultList/MedicalTicketInfo")
    assert [each.findtext("TicketType") for each in tickets] == ["02", "01"]
    assert root.findtext(f"{person}/InsuredCardClassification") == "A1"


def test_absent_elements_are_left_out() -> None:
    content = render(replace(RECEPTION, record=HANAKO), Encoding.UTF_8).content
    for name in (b"Elderly", b"Limit", b"Address", b"ReferenceNumber", b"PrescriptionIssueSelect"):
        assert name not in content
    assert b"/>" not in content


def test_the_insurer_number_has_eight_places() -> None:
    assert person_of(replace(RECEPTION, record=HANAKO))["InsurerNumber"] == "  138057"


def with_messages(record: EligibilityRecord) -> EligibilityRecord:
    return replace(
        record, processing_result_code="A1", processing_result_message="<３か月前 & more>"
    )


def test_side_information_is_passed_on_as_it_is() -> None:
    content = render(replace(RECEPTION, record=with_messages(RECORD)), Encoding.UTF_8).content
    assert parse(content).findtext(".//ProcessingResultMessage") == "<３か月前 & more>"


@pytest.mark.parametrize(
    ("decision", "form"),
    [(Decision.ELECTRONIC_PRESCRIPTION, "1"), (Decision.PAPER_PRESCRIPTION, "2")],
)
def test_the_prescription_is_as_the_patient_chose_it(decision: Decision, form: str) -> None:
    decisions = (Decision.USE_SUBSIDY, decision)
    decided = replace(RECEPTION, visit=replace(RECEPTION.visit, decisions=decisions), record=HANAKO)
    assert prescription_of(replace(decided, questions=tuple(Question))) == form
    assert prescription_of(decided) is None, "nobody was asked"


def prescription_of(reception: Reception) -> str | None:
    body = parse(render(reception, Encoding.UTF_8).content).find("MessageBody")
    assert body is not None
    return body.findtext("PrescriptionIssueSelect")


def test_who_could_not_answer_is_told_apart_from_who_refused() -> None:
    """同意取得困難 is 3 (OQSCD016, facts/oqs.md §4)."""
    said = (ConsentAnswer.UNOBTAINABLE, ConsentAnswer.REFUSED)
    items = (ConsentItem.SURGERY, ConsentItem.DIAGNOSIS)
    at = RECEPTION.visit.consents[0].at
    consents = tuple(
        ConsentDecision(item, answer, at) for item, answer in zip(items, said, strict=True)
    )
    visit = replace(RECEPTION.visit, consents=consents, emergency=Emergency.AMBULANCE)
    file = render(replace(RECEPTION, visit=visit), Encoding.UTF_8).content.decode()
    assert "<OperationInfoConsFlg>3<" in file
    assert "<DiagnosisInfoConsFlg>0<" in file
    assert "OperationInfoConsTime" not in file


def test_a_consent_that_was_not_offered_is_not_passed_on() -> None:
    person = person_of(replace(RECEPTION, offered=(ConsentItem.DIAGNOSIS,)))
    assert person["DiagnosisInfoConsFlg"] == "1"
    assert person["PharmacistsInfoConsFlg"] == "0"
    assert "PharmacistsInfoConsTime" not in person


@pytest.mark.parametrize(
    "moment",
    [
        Moment(0, 10**9, TimeSource.NONE),
        Moment(2**64 - 1, 1, TimeSource.AGENT),
        Moment(round(TODAY.timestamp() * 1000) + 1, 1, TimeSource.RTC),
    ],
)
def test_a_reader_without_a_believable_time_gives_the_time_of_arrival(moment: Moment) -> None:
    decision = ConsentDecision(ConsentItem.DIAGNOSIS, ConsentAnswer.GIVEN, moment)
    visit = replace(RECEPTION.visit, consents=(decision,))
    person = person_of(replace(RECEPTION, visit=visit))
    assert person["DiagnosisInfoConsTime"] == "20261122090102"
    assert person["DiagnosisInfoAvailableTime"] == "20261123090102"


def test_the_name_is_the_same_at_every_attempt_and_different_for_every_result() -> None:
    name = file_name("OQSsiquc01res_face", RECEPTION)
    assert name == file_name("OQSsiquc01res_face", replace(RECEPTION, record=HANAKO))
    start, numbers, time = name.removesuffix(".xml").rsplit("_", 2)
    assert (start, time) == ("OQSsiquc01res_face", "20261122090102")
    assert numbers.startswith(f"{INSTITUTION}000")
    assert len(numbers) == 30
    assert name != file_name("OQSsiquc01res_face", replace(RECEPTION, seq=2))
    assert name != file_name("OQSsiquc01res_face", replace(RECEPTION, ueid=b"another reader"))


def test_what_came_on_another_day_is_stamped_with_the_day_of_its_visit() -> None:
    late = replace(RECEPTION, received_at=TODAY + timedelta(days=3))
    assert file_name("OQSsiquc01res_face", late).endswith("_20261122090055.xml")
    header = parse(render(late, Encoding.UTF_8).content).find("MessageHeader")
    assert header is not None
    assert header.findtext("ProcessExecutionTime") == "20261122090055"
    assert header.findtext("QualificationConfirmationDate") == "20261122"
    # Negative control: one that came on its day is stamped with when it came, as before.
    header = parse(render(RECEPTION, Encoding.UTF_8).content).find("MessageHeader")
    assert header is not None
    assert header.findtext("ProcessExecutionTime") == "20261122090102"


def test_a_consent_without_a_time_does_not_begin_on_the_day_of_a_late_arrival() -> None:
    nowhen = ConsentDecision(
        ConsentItem.DIAGNOSIS, ConsentAnswer.GIVEN, Moment(0, 10**9, TimeSource.NONE)
    )
    visit = replace(RECEPTION.visit, consents=(nowhen,))
    person = person_of(replace(RECEPTION, visit=visit, received_at=TODAY + timedelta(days=3)))
    assert person["DiagnosisInfoConsTime"] == "20261122090055"
    assert person["DiagnosisInfoAvailableTime"] == "20261123090055"


def test_nothing_personal_shows() -> None:
    assert "太郎" not in repr(RECEPTION)
    assert "太郎" not in repr(render(RECEPTION, Encoding.UTF_8))


def test_the_visit_is_told_apart_by_its_id() -> None:
    root = parse(render(RECEPTION, Encoding.UTF_8).content)
    assert root.findtext(".//ArbitraryFileIdentifier") == VISIT_ID.hex()
