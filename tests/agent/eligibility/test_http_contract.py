"""The committed contract, our client and the simulated service say the same."""

import copy
import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from openapi_spec_validator import validate

from agent.eligibility.http import PATH, Settings, create, read_answer
from agent.eligibility.port import CardProof, EligibilityAnswer, EligibilityQuery
from agent.errors import MalformedQualificationError
from agent.qualification import (
    ElderlyRecipientCertificate,
    EligibilityRecord,
    InsuredPerson,
    LimitApplicationCertificate,
    MedicalTicket,
    SpecificDiseasesCertificate,
)
from hostlink.terms import ConsentItem, FailureCode, Question, VerificationMethod
from tests.agent.eligibility.contract import Document, judge, read_contract
from tests.agent.world import INSTITUTION, TODAY, VISIT_ID, card
from tests.hw_sim.eligibility_service import (
    SHIKEN_HANAKO,
    UKETSUKE_TARO,
    EligibilityService,
    Person,
)
from tests.hw_sim.insured_persons import PERSONS

RECORDS = {
    "Record": EligibilityRecord,
    "Person": InsuredPerson,
    "ElderlyRecipientCertificate": ElderlyRecipientCertificate,
    "LimitApplicationCertificate": LimitApplicationCertificate,
    "SpecificDiseasesCertificate": SpecificDiseasesCertificate,
    "MedicalTicket": MedicalTicket,
}
VALUES: list[Any] = [None, "", "0", "1", "7", "20261301", "\t", "x" * 401, "受付", 1, True, [], {}]


@pytest.fixture(scope="module")
def contract() -> Document:
    return read_contract()


def test_it_is_openapi(contract: Document) -> None:
    validate(contract)
    assert list(contract["paths"]) == [PATH]


@pytest.mark.parametrize("name", RECORDS)
def test_it_has_the_fields_of_the_record(contract: Document, name: str) -> None:
    schema, shape = contract["components"]["schemas"][name], RECORDS[name]
    assert set(schema["properties"]) == {field.name for field in fields(shape)}
    needed = {each.name for each in fields(shape) if each.type in (str, InsuredPerson)}
    assert set(schema["required"]) == needed


def test_it_has_every_word(contract: Document) -> None:
    schemas = contract["components"]["schemas"]
    answer, proof = schemas["Answer"]["properties"], schemas["Proof"]["properties"]
    words = {
        ConsentItem: answer["consents"]["items"]["enum"],
        Question: answer["questions"]["items"]["enum"],
        VerificationMethod: proof["method"]["enum"],
    }
    for kind, told in words.items():
        assert told == [member.name.lower() for member in kind]


@pytest.mark.parametrize("method", [*VerificationMethod, None])
def test_what_the_client_asks_and_the_service_answers(
    contract: Document, method: VerificationMethod | None
) -> None:
    proof = None if method is None else CardProof(method, b"challenge", b"signature")
    patient = card()
    with EligibilityService() as service:
        service.enroll(patient.sha256, SHIKEN_HANAKO)
        source = create(Settings(url=service.url))
        found = source.ask(
            EligibilityQuery(VISIT_ID, INSTITUTION, patient.der, TODAY.date(), proof)
        )
        assert isinstance(found, EligibilityAnswer)
        source.close()
        (question,) = service.questions
        _, body = service.answer(question)
    judge("Question", contract).validate(question)
    judge("Answer", contract).validate(json.loads(body))
    assert ("proof" in question) == (method is not None)


def test_every_code_is_understood(contract: Document) -> None:
    answers = judge("Answer", contract)
    for person in (UKETSUKE_TARO, *PERSONS.values()):
        answers.validate(person)
        assert read_answer(json.dumps(person).encode()).record is not None


def test_what_fits_the_contract_is_understood(contract: Document) -> None:
    assert misunderstood(contract) == []


@pytest.mark.parametrize(("schema", "name"), [("Person", "name"), ("Record", "person")])
def test_a_contract_that_promises_too_much_is_caught(
    contract: Document, schema: str, name: str
) -> None:
    """Negative control: what it lets a gateway leave out, the client needs."""
    loose = copy.deepcopy(contract)
    loose["components"]["schemas"][schema]["required"].remove(name)
    assert misunderstood(loose)


def misunderstood(contract: Document) -> list[Person]:
    """Answers that fit the contract, of those with one change, and that the client refuses."""
    fits = judge("Answer", contract).is_valid
    changed = list(changes(UKETSUKE_TARO))
    fitting = [each for each in changed if fits(each)]
    assert 100 < len(fitting) < len(changed) - 100
    return [each for each in fitting if not is_understood(each)]


def changes(document: Any) -> Iterator[Any]:
    """The document with one value at some depth left out or in the place of another."""
    if not isinstance(document, dict):
        return
    for name, value in document.items():
        yield {key: kept for key, kept in document.items() if key != name}
        for other in (*VALUES, *changes(value)):
            yield {**document, name: other}


def is_understood(answer: Person) -> bool:
    try:
        read_answer(json.dumps(answer).encode())
    except MalformedQualificationError:
        return False
    return True


def test_nobody_found(contract: Document) -> None:
    responses = contract["paths"][PATH]["post"]["responses"]
    with EligibilityService() as service:
        source = create(Settings(url=service.url))
        query = EligibilityQuery(VISIT_ID, INSTITUTION, b"certificate", TODAY.date())
        assert source.ask(query) is FailureCode.ELIGIBILITY_NOT_FOUND
        source.close()
    assert "404" in responses
