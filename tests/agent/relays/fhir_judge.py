"""An independent judge of bundles: the models of `fhir.resources` (R4B), and what they let pass.

The models check names, types, required elements and the form of most values. Added here, from
FHIR R4 itself: codes of required value sets, the form of ids, addresses and base64, nothing empty,
references that lead somewhere, entries told apart, and the invariants per-1, ces-1, ppc-1, ppc-2
and "no type in the root provision" of Consent.

Source: FHIR R4 (4.0.1): Datatypes, JSON, Bundle, CoverageEligibilityResponse, Consent; R4B
has the same resources.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from fhir.resources.R4B.bundle import Bundle
from pydantic import BaseModel

Element = dict[str, Any]
FORMS = {
    "system": re.compile(r"(?!urn:oid:)[a-z][a-z0-9+.-]*:\S+|urn:oid:[0-2](\.(0|[1-9][0-9]*))+"),
    "id": re.compile(r"[A-Za-z0-9.-]{1,64}"),
    "fullUrl": re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}


class UnsoundBundleError(Exception):
    """A FHIR server would not take this bundle, or would take it for something else."""


def judge(bundle: Element) -> None:
    """Say nothing of a sound bundle.

    Raises:
        UnsoundBundleError: What is wrong with it.
        ValueError: It does not have the form of R4B, or base64 is none.
    """
    _demand(not list(_empty(bundle)), f"empty: {list(_empty(bundle))}")
    _check_codes(Bundle.model_validate(bundle))
    _check_forms(bundle)
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    _demand(len(urls) == len(set(urls)), "fullUrl used twice")
    for entry in bundle["entry"]:
        _demand("request" in entry, "no request")
        _check_references(entry["resource"], urls)
        _check_periods(entry["resource"])
        if entry["resource"]["resourceType"] == "CoverageEligibilityResponse":
            _check_items(entry["resource"])
        if entry["resource"]["resourceType"] == "Consent":
            _check_consent(entry["resource"])


def _demand(is_met: bool, rule: str) -> None:
    if not is_met:
        raise UnsoundBundleError(rule)


def _elements(element: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(element, Mapping):
        yield element
        for value in element.values():
            yield from _elements(value)
    elif isinstance(element, list):
        for each in element:
            yield from _elements(each)


def _empty(bundle: Element) -> Iterator[str]:
    for element in _elements(bundle):
        for name, value in element.items():
            is_blank = isinstance(value, str) and not value.strip()
            if value is None or is_blank or value in ([], {}):
                yield name


def _check_forms(bundle: Element) -> None:
    for element in _elements(bundle):
        for name in FORMS.keys() & element.keys():
            _demand(FORMS[name].fullmatch(element[name]) is not None, f"{name}: {element[name]}")
        if "sigFormat" in element:
            base64.b64decode(element["data"], validate=True)


def _check_codes(model: BaseModel) -> None:
    """Required value sets: the models name them, but do not hold anybody to them."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        extra = field.json_schema_extra
        allowed = extra.get("enum_values") if isinstance(extra, dict) else None
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseModel):
                _check_codes(each)
            elif allowed and each is not None:
                _demand(isinstance(allowed, list) and each in allowed, f"{name}: {each}")


def _check_references(resource: Element, urls: list[str]) -> None:
    for element in _elements(resource):
        target = element.get("reference")
        if isinstance(target, str):
            _demand(target in urls, f"reference: {target}")


def _check_periods(resource: Element) -> None:
    for element in _elements(resource):
        if {"start", "end"} <= element.keys():
            _demand(element["start"] <= element["end"], "per-1")


def _check_items(response: Element) -> None:
    for insurance in response["insurance"]:
        for item in insurance.get("item", []):
            _demand(("category" in item) != ("productOrService" in item), "ces-1")


def _check_consent(consent: Element) -> None:
    _demand("policy" in consent or "policyRule" in consent, "ppc-1")
    _demand("patient" in consent, "ppc-2")
    root = consent.get("provision", {})
    _demand("type" not in root, "type in the root provision")
    for rule in root.get("provision", []):
        _demand("type" in rule, "no type in a provision")
