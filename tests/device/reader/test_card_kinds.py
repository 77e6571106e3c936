from importlib import import_module
from itertools import product
from pkgutil import iter_modules

import pytest

from device.reader import cards
from device.reader.card_facts import CardToken
from device.reader.card_kinds import recognise
from device.reader.errors import CardNotAcceptedError

LABELS = (b"JPKIAPICCTOKEN2", b"JPKIAPGPSETOKEN", b"JPKIAPIOSTOKEN")


def token(label: bytes, *, has_signing_certificate: bool, has_usable_pin: bool) -> CardToken:
    return CardToken(label.ljust(32), has_signing_certificate, has_usable_pin)


@pytest.mark.parametrize("label", [b"JPKIAPICCTOKEN", b"", b"JPKIAPICCTOKEN22", b"jpkiapicctoken2"])
def test_other_labels_are_refused(label: bytes) -> None:
    with pytest.raises(CardNotAcceptedError):
        recognise(token(label, has_signing_certificate=True, has_usable_pin=True))


@pytest.mark.parametrize(
    ("label", "signs", "pin"), [*product(LABELS, (True, False), (True, False))]
)
def test_exactly_one_kind_claims_a_token(label: bytes, signs: bool, pin: bool) -> None:
    laid = token(label, has_signing_certificate=signs, has_usable_pin=pin)
    claims = [
        facts
        for module in iter_modules(cards.__path__)
        if (facts := import_module(f"{cards.__name__}.{module.name}").recognise(laid))
    ]
    assert claims == [recognise(laid)]
