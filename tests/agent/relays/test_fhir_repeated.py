"""A bundle may be sent again: a server has everything once, and what was changed since stays."""

import copy
from dataclasses import replace

import pytest

from agent.relays.port import Reception
from tests.agent.relays.fhir_bundles import KINDS, LEAST, identifiers, sound
from tests.agent.relays.samples import HANAKO, TARO, with_person
from tests.hw_sim.fhir_store import FhirStore, RefusedBundleError


@pytest.mark.parametrize("reception", [TARO, HANAKO, LEAST], ids=["taro", "hanako", "least"])
def test_sent_again_nothing_is_there_twice(reception: Reception) -> None:
    store = FhirStore()
    store.take(sound(reception))
    before = copy.deepcopy(store.resources)
    store.take(sound(reception))
    assert store.resources == before
    assert len(before) == 9


def test_without_conditions_all_is_there_twice() -> None:
    """Negative control."""
    made = sound(TARO)
    for each in made["entry"]:
        each["request"].pop("ifNoneExist", None)
    store = FhirStore()
    for _ in range(2):
        store.take(made)
    assert [len(store.of_type(kind)) for kind in KINDS] == [2, 2, 2, 2, 8]
    assert len(store.of_type("Provenance")) == 1


def test_a_second_visit_is_of_the_same_patient_and_insurer() -> None:
    store = FhirStore()
    for seq in (1, 2):
        store.take(sound(replace(TARO, seq=seq)))
    assert [len(store.of_type(kind)) for kind in KINDS] == [1, 1, 2, 2, 8]
    assert len({each["beneficiary"]["reference"] for each in store.of_type("Coverage")}) == 1


def test_what_the_clinic_changed_since_stays() -> None:
    """A name that the clinic wrote otherwise, and a consent that was withdrawn."""
    store = FhirStore()
    store.take(sound(TARO))
    (patient,) = store.of_type("Patient")
    patient["name"] = [{"text": "受付　次郎"}]
    consent = store.of_type("Consent")[1]
    consent["status"] = "inactive"
    store.take(sound(TARO))
    assert store.of_type("Patient")[0]["name"] == [{"text": "受付　次郎"}]
    assert store.of_type("Consent")[1]["status"] == "inactive"


@pytest.mark.parametrize("number", ["24434", "a|b", r"a\b", "a,b$c", "a&identifier=b", "受付 1+%"])
def test_a_number_of_the_clinic_may_hold_any_character(number: str) -> None:
    store = FhirStore()
    for seq in (1, 2):
        store.take(sound(replace(with_person(TARO, reference_number=number), seq=seq)))
    (patient,) = store.of_type("Patient")
    assert list(identifiers(patient).values()) == [number]


def test_two_patients_of_one_number_are_never_chosen_from() -> None:
    store = FhirStore()
    store.take(sound(TARO))
    (patient,) = store.of_type("Patient")
    store.resources["Patient/other"] = copy.deepcopy(patient)
    with pytest.raises(RefusedBundleError, match="412"):
        store.take(sound(replace(TARO, seq=2)))
