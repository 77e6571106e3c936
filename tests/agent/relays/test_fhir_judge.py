"""The judge of bundles catches broken ones: negative control of every other test of FHIR."""

import copy
from collections.abc import Callable

import pytest

from tests.agent.relays.fhir_bundles import sound
from tests.agent.relays.fhir_judge import Element, UnsoundBundleError, judge
from tests.agent.relays.samples import TARO

Harm = Callable[[Element], object]


def entry(number: int) -> Callable[[Element], Element]:
    return lambda made: made["entry"][number]["resource"]


PATIENT, COVERAGE, ANSWER, CONSENT, PROVENANCE = (entry(each) for each in (0, 2, 3, 5, -1))
HARMS: dict[str, Harm] = {
    "identifier alone": lambda b: PATIENT(b).update(identifier=PATIENT(b)["identifier"][0]),
    "identifier of no system": lambda b: PATIENT(b)["identifier"][0].update(system="clinic"),
    "identifier under an OID with a leading 0": lambda b: PATIENT(b)["identifier"][0].update(
        system="urn:oid:1.2.392.01"
    ),
    "identifier that is a number": lambda b: PATIENT(b)["identifier"][0].update(value=24434),
    "identifier that is empty": lambda b: PATIENT(b)["identifier"][0].update(value=""),
    "identifier with more": lambda b: PATIENT(b)["identifier"][0].update(number="24434"),
    "no such gender": lambda b: PATIENT(b).update(gender="男"),
    "date as in the face XML": lambda b: PATIENT(b).update(birthDate="19550601"),
    "no such status": lambda b: COVERAGE(b).update(status="valid"),
    "nobody insured": lambda b: COVERAGE(b).pop("beneficiary"),
    "nobody pays": lambda b: COVERAGE(b).pop("payor"),
    "leads nowhere": lambda b: COVERAGE(b)["beneficiary"].update(reference="Patient/1"),
    "ends before it starts": lambda b: COVERAGE(b)["period"].update(end="2019-01-01"),
    "null": lambda b: COVERAGE(b).update(order=None),
    "no request": lambda b: ANSWER(b).pop("request"),
    "time without offset": lambda b: ANSWER(b).update(created="2026-11-22T09:00:55"),
    "no purpose of R4": lambda b: ANSWER(b).update(purpose=["資格確認"]),
    "item of no category": lambda b: ANSWER(b)["insurance"][1]["item"][0].pop("category"),
    "no policy": lambda b: CONSENT(b).pop("policyRule"),
    "type in the root": lambda b: CONSENT(b)["provision"].update(type="permit"),
    "no type below": lambda b: CONSENT(b)["provision"]["provision"][0].pop("type"),
    "id too long": lambda b: PROVENANCE(b).update(id="0" * 65),
    "no base64": lambda b: PROVENANCE(b)["signature"][0].update(data="***"),
    "nobody signed": lambda b: PROVENANCE(b)["signature"][0].pop("who"),
    "entry twice": lambda b: b["entry"].append(b["entry"][0]),
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_the_judge_catches_a_broken_bundle(harm: Harm) -> None:
    made = copy.deepcopy(sound(TARO))
    harm(made)
    with pytest.raises((UnsoundBundleError, ValueError)):
        judge(made)
