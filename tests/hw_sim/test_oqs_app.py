"""The simulated 連携アプリ answers questions that are written by hand."""

from pathlib import Path

import pytest

from tests.hw_sim.eligibility_service import UKETSUKE_TARO
from tests.hw_sim.oqs_app import Fault, OqsApp

HEADER = """<MessageHeader><MedicalInstitutionCode>1311234567</MedicalInstitutionCode>
<ArbitraryFileIdentifier>20261122090102123-1a2b3c4d</ArbitraryFileIdentifier></MessageHeader>"""
NUMBERS = """<InsurerNumber>01130012</InsurerNumber>
<InsuredCardSymbol>１２－３４</InsuredCardSymbol>
<InsuredIdentificationNumber>５６７８</InsuredIdentificationNumber>
<InsuredBranchNumber>00</InsuredBranchNumber>"""
LOOK_UP = f"""<QualificationConfirmSearchInfo>{NUMBERS}<Birthdate>19550601</Birthdate>
</QualificationConfirmSearchInfo>"""
REGISTER = f"""<ReferenceNumberRegistrationInfo><ReferenceNumber>24434</ReferenceNumber>{NUMBERS}
</ReferenceNumberRegistrationInfo>"""


@pytest.fixture
def app(tmp_path: Path) -> OqsApp:
    made = OqsApp(tmp_path / "OQS", "Shift_JIS")
    made.insure(UKETSUKE_TARO)
    return made


def answer_to(app: OqsApp, kind: str, body: str) -> str:
    declaration = '<?xml version="1.0" encoding="Shift_JIS" standalone="no"?>'
    message = f"{declaration}<XmlMsg>{HEADER}<MessageBody>{body}</MessageBody></XmlMsg>"
    request = app.requests / f"{kind}req_2026112200001.xml"
    request.write_bytes(message.encode("cp932"))
    app.look()
    assert not request.exists()
    app.look()
    return (app.answers / f"{kind}res_2026112200001.xml").read_bytes().decode("cp932")


def test_it_finds_a_person(app: OqsApp) -> None:
    answer = answer_to(app, "OQSsiquc01", LOOK_UP)
    assert "<Name>受付　太郎</Name>" in answer
    assert "<ArbitraryFileIdentifier>20261122090102123-1a2b3c4d<" in answer


def test_it_finds_nobody_of_another_birth_date(app: OqsApp) -> None:
    answer = answer_to(app, "OQSsiquc01", LOOK_UP.replace("19550601", "19550602"))
    assert "<QualificationValidity>4<" in answer
    assert "ResultOfQualificationConfirmation" not in answer


def test_it_keeps_a_reference_number(app: OqsApp) -> None:
    assert "<SegmentOfResult>1<" in answer_to(app, "OQSsiimm01", REGISTER)
    assert app.references == {"５６７８": "24434"}


def test_it_is_late_and_interrupted(app: OqsApp) -> None:
    app.faults = [Fault.HALF]
    half = answer_to(app, "OQSsiquc01", LOOK_UP)
    assert not half.endswith("</XmlMsg>")
    for _ in range(5):
        app.look()
    (answer,) = app.answers.iterdir()
    assert answer.read_bytes().decode("cp932").endswith("</XmlMsg>")
