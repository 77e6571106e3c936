"""A patient at two moments: today, and when the card's photo was taken."""

from dataclasses import dataclass, replace

from tests.hw_sim.rendering.recipe import PersonRecipe

CARD_AGE_YEARS = 10
_PHOTO_GARMENT = (0.03, 0.03, 0.04)


@dataclass(frozen=True, slots=True)
class Patient:
    """One person at two moments."""

    now: PersonRecipe
    on_the_card: PersonRecipe
    """The same person when the card's photo was taken."""


def with_card_photo(now: PersonRecipe) -> Patient:
    """Ten years ago: younger shape, fewer lines, less grey."""
    skin = replace(now.skin, wrinkles=0.75 * now.skin.wrinkles, spots=0.5 * now.skin.spots)
    hair = replace(
        now.hair,
        grey_share=0.6 * now.hair.grey_share,
        recession_dm=0.7 * now.hair.recession_dm,
        top_length_dm=0.9 * now.hair.top_length_dm,
    )
    younger = replace(
        now,
        age_years=now.age_years - CARD_AGE_YEARS,
        skin=skin,
        hair=hair,
        garment=_PHOTO_GARMENT,
    )
    return Patient(now, younger)
