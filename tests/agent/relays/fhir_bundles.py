"""Bundles that were judged, and what tests look for in them."""

import json
from dataclasses import fields

from agent.relays._fhir_bundle import bundle, render
from agent.relays.port import Reception
from tests.agent.relays.fhir_judge import Element, judge
from tests.agent.relays.samples import HANAKO, with_person

CORE = "http://jpfhir.jp/fhir/core"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
KINDS = ["Patient", "Organization", "Coverage", "CoverageEligibilityResponse", "Consent"]

LEAST = with_person(
    HANAKO,
    **{field.name: None for field in fields(HANAKO.known.person) if field.default is None},
)
"""Somebody of whom only is known what must be."""


def sound(reception: Reception) -> Element:
    """The bundle of a reception, which the judge let pass."""
    made = bundle(reception)
    judge(made)
    assert json.loads(render(reception)) == made
    return made


def resources(reception: Reception, kind: str) -> list[Element]:
    """Its resources of a type."""
    entries = [entry["resource"] for entry in sound(reception)["entry"]]
    return [each for each in entries if each["resourceType"] == kind]


def only(reception: Reception, kind: str) -> Element:
    """Its one resource of a type."""
    (resource,) = resources(reception, kind)
    return resource


def code(system: str, value: str, display: str) -> Element:
    """CodeableConcept."""
    return {"coding": [{"system": system, "code": value, "display": display}]}


def identifiers(resource: Element) -> dict[str, str]:
    """Value of each system."""
    return {each["system"]: each["value"] for each in resource["identifier"]}
