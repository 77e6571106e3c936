"""One result as a FHIR R4 Bundle of type transaction: all of it is taken, or nothing.

| entry | sent again |
|---|---|
| Patient | is the one with this 照会番号, or else the one of this result |
| Organization | is the one with this insurer's number |
| Coverage, CoverageEligibilityResponse, Consent | are those of this result |
| Provenance | takes the same place: it has no identifier to look for, so it bears an id of ours |

Nothing that is there is changed: what the clinic wrote into a Patient, or that a Consent was
withdrawn since, stays. Of the record, R4 has no place for `sex2`, 証区分 (beside 医療扶助),
`reason_of_loss`, `preschool_classification`, the days of issue and the code of the result; 有効 or
not is all that is left of 資格有効性. Of a 医療券 its days, 診療別 and what the patient pays are
sent, and none of its illnesses, which are no diagnoses of this clinic. The consent to 特定疾病 was
not given at the reader, so there is no Consent for it. Decisions that are no consents are not sent.

Source: FHIR R4 (4.0.1): RESTful API (conditional create, transaction), Search (escaping), Patient,
Provenance, Signature; facts/oqs.md §10.
"""

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, urlencode

from agent.clock import rfc_3339
from agent.qualification import InsuredPerson
from agent.relays._fhir_consent import consents, part_of
from agent.relays._fhir_elements import (
    TERMINOLOGY,
    Element,
    concept,
    day,
    extension,
    identifier,
    present,
)
from agent.relays._fhir_insurance import coverage, eligibility, insurer_identifier, organization
from agent.relays._fhir_names import clinic, full_url, own_identifier, own_uuid, reader
from agent.relays._passed_on import believable_time
from agent.relays.port import Reception
from hostlink.result import decode_claims
from hostlink.signing import take_apart

LOCAL_PATIENTS = "urn:oid:1.2.392.200119.6.51.1"
"""Before the 10-digit code of the clinic. That the code is joined to a 1 is UNVERIFIED."""
REPRESENTATION = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"
"""Kanji are IDE, kana SYL; that JP Core takes it is UNVERIFIED."""
GENDERS = {"1": "male", "2": "female", "3": "unknown"}
"""OQSCD007; 未設定 is not known, which is not `other`."""
SIGNATURES = "urn:iso-astm:E1762-95:2013"
SOURCE_SIGNATURE = "1.2.840.10065.1.12.1.14"
"""Of an automated source of data, which the reader is."""
SPECIAL = re.compile(r"([\\$,|])")
"""What separates in a search parameter."""


def render(reception: Reception) -> bytes:
    """The bundle as JSON, the same bytes at every attempt."""
    return json.dumps(bundle(reception), ensure_ascii=False).encode()


def bundle(reception: Reception) -> Element:
    """The bundle as a dictionary."""
    entries = list(_entries(reception))
    entries.append(_provenance_entry(reception, [each["fullUrl"] for each in entries]))
    return {
        "resourceType": "Bundle",
        "identifier": own_identifier(reception, "bundle"),
        "type": "transaction",
        "timestamp": rfc_3339(reception.received_at),
        "entry": entries,
    }


def _entries(reception: Reception) -> Iterator[Element]:
    person = reception.known.person
    patient_found_by = _patient_identifier(reception)
    patient = _patient(person, patient_found_by)
    yield _created(full_url(reception, "patient"), patient, patient_found_by)
    insurer = organization(person)
    yield _created(full_url(reception, "insurer"), insurer, insurer_identifier(person))
    yield _own(reception, "coverage", coverage(reception))
    yield _own(reception, "eligibility", eligibility(reception))
    for item, consent in consents(reception):
        yield _own(reception, part_of(item), consent)


def _own(reception: Reception, part: str, resource: Element) -> Element:
    return _created(full_url(reception, part), resource, own_identifier(reception, part))


def _created(url: str, resource: Element, found_by: Element) -> Element:
    """An entry that the server creates unless it finds one by this identifier."""
    value = SPECIAL.sub(r"\\\1", found_by["value"])
    query = {"identifier": f"{found_by['system']}|{value}"}
    request = {
        "method": "POST",
        "url": resource["resourceType"],
        "ifNoneExist": urlencode(query, quote_via=quote),
    }
    return {"fullUrl": url, "resource": resource, "request": request}


def _patient_identifier(reception: Reception) -> Element:
    number = reception.known.person.reference_number
    if number is None:
        return own_identifier(reception, "patient")
    return identifier(f"{LOCAL_PATIENTS}{reception.medical_institution_code}", number)


def _patient(person: InsuredPerson, patient_identifier: Element) -> Element:
    return present(
        resourceType="Patient",
        identifier=[patient_identifier],
        name=[
            *_name("official", "IDE", person.name),
            *_name("official", "SYL", person.name_kana),
            *_name("usual", "IDE", person.name_of_other),
            *_name("usual", "SYL", person.name_of_other_kana),
        ],
        gender=GENDERS.get(person.sex1),
        birthDate=day(person.birthdate),
        address=[present(text=person.address, postalCode=person.post_number)]
        if person.address or person.post_number
        else [],
    )


def _name(use: str, representation: str, text: str | None) -> list[Element]:
    """A whole name as it is: where it parts into family and given name is not told."""
    if text is None:
        return []
    marked = extension(REPRESENTATION, valueCode=representation)
    return [{"extension": marked, "use": use, "text": text}]


def _provenance_entry(reception: Reception, targets: list[str]) -> Element:
    url = full_url(reception, "provenance")
    resource = _provenance(reception, targets)
    request = {"method": "PUT", "url": f"Provenance/{resource['id']}"}
    return {"fullUrl": url, "resource": resource, "request": request}


def _provenance(reception: Reception, targets: list[str]) -> Element:
    """Who says all this. The reader's signature is over the visit as CBOR, not over the bundle."""
    verified_at = reception.visit.verified_at
    author = {
        "type": concept(f"{TERMINOLOGY}provenance-participant-type", "author", "Author"),
        "who": reader(reception),
        "onBehalfOf": clinic(reception),
    }
    return present(
        resourceType="Provenance",
        id=own_uuid(reception, "provenance"),
        target=[{"reference": url} for url in targets],
        occurredDateTime=rfc_3339(believable_time(verified_at, reception)) if verified_at else None,
        recorded=rfc_3339(reception.received_at),
        agent=[author],
        signature=[_signature(reception)],
    )


def _signature(reception: Reception) -> Element:
    claims = decode_claims(take_apart(reception.signed_result).payload)
    return {
        "type": [
            {"system": SIGNATURES, "code": SOURCE_SIGNATURE, "display": "Source Signature"},
        ],
        "when": rfc_3339(believable_time(claims.issued_at, reception)),
        "who": reader(reception),
        "sigFormat": "application/cose",
        "data": base64.b64encode(reception.signed_result).decode(),
    }
