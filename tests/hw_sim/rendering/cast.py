"""The people whose pictures are committed, and how anybody else is called."""

from dataclasses import replace

from tests.hw_sim.rendering import hair_styles
from tests.hw_sim.rendering.ageing import Patient, with_card_photo
from tests.hw_sim.rendering.made_up import SEED_PREFIX, made_up
from tests.hw_sim.rendering.recipe import HairRecipe, Neckline, PersonRecipe, SkinRecipe

_FRIENDLY = (("expression/units/asian/mouth-corner-puller", 0.18),)

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

_CHOSEN = {
    "ichiro": 2073,
    "saburo": 2056,
    "shiro": 2130,
    "rokuro": 2032,
    "hachiro": 2011,
    "kuro": 2103,
    "sakura": 2072,
    "momoko": 2125,
    "kikuko": 2030,
    "fujiko": 2142,
    "yuriko": 2138,
    "tsubaki": 2106,
}
"""Seeds that `choose` picked, by name."""

SCENARIO_CAST = {recipe.name: with_card_photo(recipe) for recipe in (_TARO, _HANAKO, _JIRO, _UMEKO)}
"""Who can also turn away and stand in the dark."""
CAST = SCENARIO_CAST | {name: made_up(seed, name) for name, seed in _CHOSEN.items()}
"""Everybody; no two look alike."""


def _sibling(of: PersonRecipe, name: str, years_older: float, hair: HairRecipe) -> Patient:
    """Somebody of another age with other hair and a weaker form of the same features."""
    own_hair = replace(hair, colour=of.hair.colour, grey_share=of.hair.grey_share)
    sibling = replace(
        of,
        name=name,
        age_years=of.age_years + years_older,
        variation=0.8 * of.variation,
        hair=own_hair,
        garment=(0.35, 0.24, 0.1),
    )
    return with_card_photo(sibling)


SIBLINGS = {
    "imoto": _sibling(_HANAKO, "imoto", -5.0, hair_styles.BOB),
    "ani": _sibling(_TARO, "ani", 6.0, hair_styles.SIDE_PARTED),
}
LOOK_ALIKES = {"imoto": "hanako", "ani": "taro"}
"""Who looks like whom: hard cases, not of the cast."""


def patient_called(name: str) -> Patient:
    """A member of the cast, a sibling, or whoever `seed-7` and the like stand for."""
    known = (CAST | SIBLINGS).get(name)
    return known or made_up(int(name.removeprefix(SEED_PREFIX)))
