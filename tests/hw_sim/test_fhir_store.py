"""The simulated server creates once, refuses doubt, and keeps nothing of what it refuses."""

from typing import Any

import pytest

from tests.hw_sim.fhir_store import FhirStore, RefusedBundleError

Entry = dict[str, Any]


def patient(value: str = "1", query: str | None = "identifier=urn%3Ax%7C1") -> Entry:
    request = {"method": "POST", "url": "Patient"}
    return {
        "fullUrl": f"urn:uuid:{value}",
        "resource": {
            "resourceType": "Patient",
            "identifier": [{"system": "urn:x", "value": value}],
        },
        "request": request if query is None else request | {"ifNoneExist": query},
    }


def provenance(target: str = "urn:uuid:1", name: str = "p") -> Entry:
    return {
        "fullUrl": "urn:uuid:p",
        "resource": {"resourceType": "Provenance", "id": name, "target": [{"reference": target}]},
        "request": {"method": "PUT", "url": "Provenance/p"},
    }


def bundle(*entries: Entry) -> Entry:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def test_it_takes_a_transaction_and_resolves_references() -> None:
    store = FhirStore()
    store.take(bundle(provenance(), patient()))
    ((place, _),) = [each for each in store.resources.items() if each[0].startswith("Patient")]
    assert store.of_type("Provenance")[0]["target"] == [{"reference": place}]


@pytest.mark.parametrize(("query", "count"), [("identifier=urn%3Ax%7C1", 1), (None, 2)])
def test_repetition_is_harmless_only_with_a_condition(query: str | None, count: int) -> None:
    store = FhirStore()
    for _ in range(2):
        store.take(bundle(patient(query=query), provenance()))
    assert len(store.of_type("Patient")) == count
    assert len(store.of_type("Provenance")) == 1


def test_a_value_may_hold_what_separates() -> None:
    store = FhirStore()
    for _ in range(2):
        store.take(bundle(patient(value="a|b", query="identifier=urn%3Ax%7Ca%5C%7Cb")))
    assert len(store.of_type("Patient")) == 1


@pytest.mark.parametrize(
    "refused",
    [
        bundle(patient(), patient("2") | {"fullUrl": "urn:uuid:2"}, provenance("urn:uuid:3")),
        bundle(provenance(name="other"), patient()),
        bundle(patient(query="name=x")),
        bundle(patient() | {"request": {"method": "DELETE", "url": "Patient"}}),
        bundle() | {"type": "batch"},
    ],
)
def test_nothing_of_what_is_refused_is_kept(refused: Entry) -> None:
    store = FhirStore()
    with pytest.raises(RefusedBundleError):
        store.take(refused)
    assert not store.resources


def test_two_that_fit_refuse_it() -> None:
    store = FhirStore()
    for _ in range(2):
        store.take(bundle(patient(query=None)))
    with pytest.raises(RefusedBundleError, match="412"):
        store.take(bundle(patient()))
