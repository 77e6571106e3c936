"""The bench ends well only if no card on it was asked for the 12-digit number."""

from pathlib import Path

import pytest

from tests.hw_sim.bench import Bench, BenchError
from tests.hw_sim.card import aids
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.talk import select, select_file, send
from tests.hw_sim.eligibility_service import EligibilityService


class CardsOnly(Bench):
    """A bench without programs."""

    def __init__(self, folder: Path, issuer: Issuer) -> None:
        super().__init__(folder, folder)
        self._issuer = issuer

    def _set_up(self) -> None:
        self.eligibility = self._exit.enter_context(EligibilityService())


def use(
    folder: Path, issuer: Issuer, file_id: int, application: bytes, error: Exception | None = None
) -> None:
    """Ask one of three cards for a file, then leave the bench, with or without an error."""
    with CardsOnly(folder, issuer) as bench:
        _, asked, _ = (bench.issue(who, "my_number") for who in ("hanako", "taro", "hanako"))
        asked.power_on()
        send(asked, select(application))
        send(asked, select_file(file_id))
        if error:
            raise error


def test_a_bench_whose_cards_were_asked_for_other_files_ends_well(
    tmp_path: Path, issuer: Issuer
) -> None:
    use(tmp_path, issuer, 0x0002, aids.CARD_SURFACE)


@pytest.mark.parametrize(
    ("file_id", "application"), [(0x0001, aids.CARD_TEXT), (0x0005, aids.CARD_SURFACE)]
)
def test_a_bench_whose_card_was_asked_for_its_number_does_not(
    tmp_path: Path, issuer: Issuer, file_id: int, application: bytes
) -> None:
    """Negative control."""
    with pytest.raises(BenchError, match=r"^a card was asked for its number$"):
        use(tmp_path, issuer, file_id, application)


def test_the_service_is_told_of_each_card_whether_it_is_registered(
    tmp_path: Path, issuer: Issuer
) -> None:
    with CardsOnly(tmp_path, issuer) as bench:
        for person, card in (
            ("taro", "my_number"),
            ("taro", "not_registered"),
            ("hanako", "hanako"),
        ):
            bench.issue(person, card)
        answers = [person["is_registered"] for person in bench.eligibility._persons.values()]
    assert answers == [True, False, False]


def test_the_error_that_ended_the_bench_is_the_one_that_is_told(
    tmp_path: Path, issuer: Issuer
) -> None:
    with pytest.raises(LookupError):
        use(tmp_path, issuer, 0x0005, aids.CARD_SURFACE, LookupError())
