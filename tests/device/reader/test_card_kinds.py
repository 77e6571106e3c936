from collections.abc import Collection
from importlib import import_module
from itertools import product
from pkgutil import iter_modules

import pytest

from device.reader import cards
from device.reader.card_kinds import recognise
from device.reader.card_map import ForeignApplication
from device.reader.errors import CardNotAcceptedError
from hostlink.terms import FailureCode
from tests.device.reader.answering_card import AnsweringCard, jpki_card
from tests.device.reader.named_commands import named

LABELS = ("JPKIAPICCTOKEN2", "JPKIAPGPSETOKEN", "JPKIAPIOSTOKEN")
MOST_SELECTS = 8


@pytest.mark.parametrize("label", ["", "JPKIAPICCTOKEN22", "jpkiapicctoken2", "JPKIAPXXXTOKEN"])
def test_a_token_that_nobody_knows_is_refused_without_naming_a_kind(label: str) -> None:
    with pytest.raises(CardNotAcceptedError) as refusal:
        recognise(jpki_card(label).lie())
    assert refusal.value.failure is FailureCode.CARD_NOT_ACCEPTED


@pytest.mark.parametrize(
    ("label", "tries", "available"),
    [*product((*LABELS, "JPKIAPICCTOKEN"), ("63C3", "63C0", "6A88"), ("8F9000", "009000"))],
)
def test_exactly_one_kind_claims_a_token(label: str, tries: str, available: str) -> None:
    assert claims_of(jpki_card(label, tries, available)) == 1


@pytest.mark.parametrize("application", ForeignApplication)
def test_exactly_one_kind_refuses_a_foreign_application(application: ForeignApplication) -> None:
    assert claims_of(AnsweringCard(application, unique_id=bytes(8))) == 1


def claims_of(card: AnsweringCard) -> int:
    laid, claims = card.lie(), 0
    for module in iter_modules(cards.__path__):
        try:
            facts = import_module(f"{cards.__name__}.{module.name}").recognise(laid)
        except CardNotAcceptedError:
            claims += 1
        else:
            claims += facts is not None
    return claims


@pytest.mark.parametrize("label", LABELS)
def test_what_else_a_my_number_card_carries_is_not_even_looked_for(label: str) -> None:
    card = jpki_card(label)
    recognise(card.lie())
    selects = [name for name in named(card.sent) if name.startswith("SELECT")]
    assert {name for name in selects if "EF" not in name} == {"SELECT common", "SELECT JPKI"}


@pytest.mark.parametrize(
    ("applications", "failure"),
    [
        ([], FailureCode.CARD_NOT_ACCEPTED),
        ([ForeignApplication.CONTACT_PAYMENT], FailureCode.BANK_CARD),
        ([ForeignApplication.RESIDENCE_CARD], FailureCode.RESIDENCE_CARD),
    ],
)
def test_an_unknown_card_costs_few_commands(
    applications: Collection[ForeignApplication], failure: FailureCode
) -> None:
    card = AnsweringCard(*applications)
    with pytest.raises(CardNotAcceptedError) as refusal:
        recognise(card.lie())
    assert refusal.value.failure is failure
    selects = [name for name in named(card.sent) if name.startswith("SELECT")]
    assert len(selects) == len(set(selects)) <= MOST_SELECTS
    assert len(card.sent) <= MOST_SELECTS + 1
