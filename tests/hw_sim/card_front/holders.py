"""Any number of card holders who do not exist."""

from calendar import isleap
from datetime import date, timedelta

import numpy as np

from tests.hw_sim.card.holder import Holder, Sex
from tests.hw_sim.card.profile import CardProfile

_FAMILY_NAMES = ("受付", "試験", "見本", "例題", "架空", "仮名", "模擬", "想定", "検査", "見本之宮")
_GIVEN_NAMES = ("太郎", "花子", "一", "二郎", "三奈", "春之助", "しけん", "みほん", "例子", "架")
_FOREIGN_NAMES = ("SAMPLE　ALEX", "TESTER　MARIA　EXAMPLE", "MIHON　LEE", "EXAMPLE　VAN　DER　TEST")
_TOWNS = ("例町", "架空台", "試験が丘", "大字見本字仮", "模擬通り")
_HOUSES = ("", "", "　見本ハイツ１０２", "　架空マンション試験棟１２０５号室", "　例荘")
_EDGES = (
    date(1926, 12, 25),
    date(1926, 12, 31),
    date(1927, 1, 1),
    date(1988, 12, 31),
    date(1989, 1, 1),
    date(1989, 1, 7),
    date(1989, 1, 8),
    date(1989, 12, 31),
    date(1990, 1, 1),
    date(2019, 4, 30),
    date(2019, 5, 1),
    date(2019, 12, 31),
    date(2020, 1, 1),
)
"""Days next to a change of the printed year."""
_FIRST, _LAST = date(1926, 1, 1), date(2025, 12, 31)


_TAISHO = (date(1912, 7, 30), date(1926, 12, 24))
"""Its first and last day."""


def sample_profile(rng: np.random.Generator) -> CardProfile:
    """A card of a made-up person: any age up to 100, one in twenty a foreign resident.

    Args:
        rng: draws everything.
    """
    is_foreign = bool(rng.random() < 0.05)
    return _profile_of(rng, _birth_date(rng), is_foreign=is_foreign)


def sample_oldest(rng: np.random.Generator) -> CardProfile:
    """A card of a made-up person born in 大正, which the card says.

    Args:
        rng: draws everything.
    """
    return _profile_of(rng, _between(rng, *_TAISHO), is_foreign=False)


def _profile_of(rng: np.random.Generator, born: date, *, is_foreign: bool) -> CardProfile:
    holder = Holder(
        name=_name(rng, is_foreign=is_foreign),
        address=_address(rng),
        birth_date=born,
        sex=Sex.MALE if rng.random() < 0.5 else Sex.FEMALE,
        my_number=_nobodys_number(rng),
        serial=f"9{int(rng.integers(10**14)):014d}",
        security_code=f"{int(rng.integers(10**4)):04d}",
        is_birth_printed_in_era=not is_foreign,
    )
    return CardProfile(holder, card_expiry=_expiry(rng, born, is_foreign=is_foreign))


def _birth_date(rng: np.random.Generator) -> date:
    kind = rng.random()
    if kind < 0.05:
        return _EDGES[int(rng.integers(len(_EDGES)))]
    if kind < 0.06:
        return date(4 * int(rng.integers(482, 507)), 2, 29)
    return _between(rng, _FIRST, _LAST)


def _between(rng: np.random.Generator, first: date, last: date) -> date:
    return first + timedelta(days=int(rng.integers((last - first).days + 1)))


def _expiry(rng: np.random.Generator, born: date, *, is_foreign: bool) -> date:
    # A child's card lasts until its fifth birthday after the day of issue.
    year = int(rng.integers(max(2025, born.year + 5), 2037))
    if is_foreign and rng.random() < 0.8:
        return date(year, 1, 1) + timedelta(days=int(rng.integers(365)))
    if (born.month, born.day) == (2, 29):
        return date(year, 2, 29 if isleap(year) and rng.random() < 0.5 else 28)
    return born.replace(year=year)


def _name(rng: np.random.Generator, *, is_foreign: bool) -> str:
    if is_foreign:
        return str(rng.choice(_FOREIGN_NAMES))
    return f"{rng.choice(_FAMILY_NAMES)}　{rng.choice(_GIVEN_NAMES)}"


def _address(rng: np.random.Generator) -> str:
    numbers = "－".join(str(number) for number in rng.integers(1, 40, 3))
    wide = numbers.translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})
    return f"試験県見本市{rng.choice(_TOWNS)}{wide}{rng.choice(_HOUSES)}"


def _nobodys_number(rng: np.random.Generator) -> str:
    body = [int(digit) for digit in rng.integers(0, 10, 11)]
    wrong = (check_digit(body) + int(rng.integers(1, 10))) % 10
    return "".join(map(str, [*body, wrong]))


def check_digit(body: list[int]) -> int:
    """The digit with which eleven others would become a My Number somebody could have.

    Source: Order of the Ministry of Internal Affairs and Communications no. 85 of 2014, article 5.
    """
    total = sum(
        digit * (place + 1 if place <= 6 else place - 5)
        for place, digit in enumerate(reversed(body), start=1)
    )
    remainder = total % 11
    return 0 if remainder <= 1 else 11 - remainder
