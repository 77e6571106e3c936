"""The four people whose pictures are committed, and people made up from a seed."""

from dataclasses import dataclass, replace

import numpy as np

from tests.hw_sim.rendering.recipe import HairRecipe, Neckline, PersonRecipe, SkinRecipe

CARD_AGE_YEARS = 10


_FRIENDLY = (("expression/units/asian/mouth-corner-puller", 0.18),)


@dataclass(frozen=True, slots=True)
class Patient:
    """One person at two moments."""

    now: PersonRecipe
    on_the_card: PersonRecipe
    """The same person when the card's photo was taken."""


def _patient(now: PersonRecipe) -> Patient:
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
        details=_FRIENDLY,
        garment=(0.03, 0.03, 0.04),
    )
    return Patient(now, younger)


_TARO = PersonRecipe(
    name="taro",
    seed=33,
    is_female=False,
    age_years=68,
    hair=HairRecipe(
        colour=(0.03, 0.027, 0.025),
        top_length_dm=0.62,
        side_length_dm=0.14,
        fringe_length_dm=0.5,
        parting_x_dm=0.38,
        backward=0.75,
        gravity=0.15,
        volume_dm=0.07,
        grey_share=0.75,
        recession_dm=0.16,
    ),
    skin=SkinRecipe(
        tone=(0.50, 0.31, 0.205),
        lips=(0.34, 0.155, 0.125),
        redness=0.6,
        wrinkles=0.9,
        beard=0.18,
        spots=0.5,
        brow_density=0.7,
        brow_thickness_dm=0.075,
        brow_colour=(0.07, 0.062, 0.055),
    ),
    details=_FRIENDLY,
    garment=(0.06, 0.085, 0.14),
)

_HANAKO = PersonRecipe(
    name="hanako",
    seed=11,
    is_female=True,
    age_years=36,
    variation=0.22,
    hair=HairRecipe(
        colour=(0.026, 0.015, 0.010),
        top_length_dm=2.3,
        side_length_dm=1.5,
        fringe_length_dm=1.9,
        parting_x_dm=-0.14,
        backward=0.0,
        gravity=0.75,
        volume_dm=0.1,
        waviness=0.06,
        curtain=1.0,
        recession_dm=-0.07,
        cut_y_dm=6.2,
        strand_count=18_000,
    ),
    skin=SkinRecipe(
        tone=(0.60, 0.40, 0.29),
        lips=(0.47, 0.16, 0.14),
        redness=0.5,
        wrinkles=0.08,
        brow_density=0.65,
        brow_thickness_dm=0.05,
        brow_colour=(0.035, 0.022, 0.016),
    ),
    details=_FRIENDLY,
    garment=(0.55, 0.52, 0.47),
    neckline=Neckline.V,
)

_JIRO = PersonRecipe(
    name="jiro",
    seed=3003,
    is_female=False,
    age_years=45,
    ancestry=(("caucasian", 0.75), ("african", 0.25)),
    hair=HairRecipe(
        colour=(0.06, 0.032, 0.018),
        top_length_dm=0.45,
        side_length_dm=0.12,
        fringe_length_dm=0.4,
        parting_x_dm=-0.3,
        backward=0.9,
        gravity=0.1,
        volume_dm=0.1,
        waviness=0.25,
        grey_share=0.0,
        recession_dm=0.08,
    ),
    skin=SkinRecipe(
        tone=(0.47, 0.27, 0.17),
        lips=(0.36, 0.15, 0.12),
        redness=0.7,
        wrinkles=0.35,
        beard=0.85,
        brow_density=0.95,
        brow_thickness_dm=0.085,
        brow_colour=(0.03, 0.018, 0.012),
    ),
    iris=(0.06, 0.05, 0.03),
    details=_FRIENDLY,
    garment=(0.16, 0.2, 0.16),
)

_UMEKO = PersonRecipe(
    name="umeko",
    seed=52,
    is_female=True,
    age_years=80,
    variation=0.3,
    hair=HairRecipe(
        colour=(0.3, 0.29, 0.28),
        top_length_dm=0.6,
        side_length_dm=0.45,
        fringe_length_dm=0.5,
        parting_x_dm=0.2,
        backward=0.8,
        gravity=0.1,
        volume_dm=0.22,
        waviness=0.35,
        grey_share=0.9,
        strand_count=16_000,
    ),
    skin=SkinRecipe(
        tone=(0.56, 0.37, 0.26),
        lips=(0.40, 0.17, 0.15),
        redness=0.55,
        wrinkles=1.0,
        spots=0.6,
        brow_density=0.4,
        brow_thickness_dm=0.045,
        brow_colour=(0.1, 0.085, 0.075),
    ),
    details=_FRIENDLY,
    garment=(0.3, 0.16, 0.22),
    neckline=Neckline.V,
)

CAST = {recipe.name: _patient(recipe) for recipe in (_TARO, _HANAKO, _JIRO, _UMEKO)}


def made_up(seed: int) -> Patient:
    """Somebody whose age, sex, colouring and face all come from one number."""
    rng = np.random.default_rng(seed)
    model = (_TARO, _HANAKO, _JIRO, _UMEKO)[int(rng.integers(4))]
    age = float(np.clip(model.age_years + rng.normal(0, 6), 25 + CARD_AGE_YEARS, 90))
    tone = tuple(float(part) for part in np.array(model.skin.tone) * rng.uniform(0.75, 1.1))
    skin = replace(model.skin, tone=(tone[0], tone[1], tone[2]))
    recipe = replace(model, name=f"seed-{seed}", seed=seed, age_years=age, skin=skin)
    return _patient(recipe)
