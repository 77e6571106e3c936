"""People made up from a seed: age, sex, colouring, haircut and face all come from one number."""

from dataclasses import replace

import numpy as np

from tests.hw_sim.rendering import hair_styles
from tests.hw_sim.rendering.ageing import CARD_AGE_YEARS, Patient, with_card_photo
from tests.hw_sim.rendering.noise import smoothstep
from tests.hw_sim.rendering.recipe import (
    GlassesRecipe,
    HairRecipe,
    Neckline,
    PersonRecipe,
    Rgb,
    SkinRecipe,
)

SEED_PREFIX = "seed-"
"""Begins the name of whoever has no other."""
_AGE_YEARS = (20.0 + CARD_AGE_YEARS, 88.0)
_VARIATION = 0.45
_ANCESTRIES = (
    (("asian", 1.0),),
    (("asian", 0.7), ("caucasian", 0.3)),
    (("caucasian", 1.0),),
    (("african", 0.6), ("asian", 0.4)),
)
_ANCESTRY_SHARES = (0.66, 0.16, 0.1, 0.08)
_PALE: Rgb = (0.62, 0.43, 0.33)
_TANNED: Rgb = (0.40, 0.235, 0.15)
_DARK: Rgb = (0.24, 0.13, 0.08)
_RED_LIPS: Rgb = (0.44, 0.17, 0.145)
_PALE_LIPS: Rgb = (0.36, 0.17, 0.14)
_SHARE_WITH_GLASSES = 0.45
_HEAD_SHAPES = ("oval", "round", "square", "rectangular", "triangular", "invertedtriangular")
_GARMENTS: tuple[Rgb, ...] = (
    (0.06, 0.085, 0.14),
    (0.55, 0.52, 0.47),
    (0.16, 0.2, 0.16),
    (0.3, 0.16, 0.22),
    (0.04, 0.04, 0.045),
    (0.35, 0.24, 0.1),
    (0.09, 0.16, 0.22),
    (0.42, 0.42, 0.43),
)


def made_up(seed: int, name: str = "") -> Patient:
    """Somebody who is the same whenever the seed is."""
    rng = np.random.default_rng(seed)
    is_female = bool(rng.random() < 0.5)
    age_years = float(rng.uniform(*_AGE_YEARS))
    ancestry = _ANCESTRIES[int(rng.choice(len(_ANCESTRIES), p=_ANCESTRY_SHARES))]
    hair = _hair(is_female, age_years, rng)
    recipe = PersonRecipe(
        name=name or f"{SEED_PREFIX}{seed}",
        seed=seed,
        is_female=is_female,
        age_years=age_years,
        hair=hair,
        skin=_skin(is_female, age_years, ancestry, rng),
        ancestry=ancestry,
        variation=_VARIATION,
        details=_details(rng),
        garment=_GARMENTS[int(rng.integers(len(_GARMENTS)))],
        neckline=Neckline.V if rng.random() < 0.4 else Neckline.CREW,
        glasses=_glasses(rng) if rng.random() < _SHARE_WITH_GLASSES else None,
    )
    return with_card_photo(recipe)


def _hair(is_female: bool, age_years: float, rng: np.random.Generator) -> HairRecipe:
    styles = hair_styles.WOMEN if is_female else hair_styles.MEN
    style = styles[int(rng.integers(len(styles)))]
    shade = rng.uniform(0.7, 2.2) if is_female else rng.uniform(0.7, 1.4)
    is_dyed = is_female and rng.random() < 0.6
    greyness = float(smoothstep(42, 75, np.array(age_years + rng.normal(0, 7))))
    faded = 0.0 if is_dyed else 0.15 * greyness
    receding = 0.0 if is_female else float(rng.uniform(0, 0.22)) * greyness
    return replace(
        style,
        colour=_tinted(np.array(style.colour) * shade + faded),
        top_length_dm=style.top_length_dm * float(rng.uniform(0.85, 1.2)),
        fringe_length_dm=style.fringe_length_dm * float(rng.uniform(0.85, 1.2)),
        parting_x_dm=style.parting_x_dm * float(rng.choice([-1.0, 1.0])),
        volume_dm=style.volume_dm * float(rng.uniform(0.8, 1.3)),
        grey_share=0.0 if is_dyed else 0.7 * greyness,
        recession_dm=style.recession_dm + float(rng.normal(0, 0.025)) + receding,
    )


def _skin(
    is_female: bool,
    age_years: float,
    ancestry: tuple[tuple[str, float], ...],
    rng: np.random.Generator,
) -> SkinRecipe:
    lightest, darkest = (_TANNED, _DARK) if ancestry[0][0] == "african" else (_PALE, _TANNED)
    share = rng.uniform(0, 0.7) if is_female else rng.uniform(0.2, 1)
    tone = np.array(lightest) + share * (np.array(darkest) - np.array(lightest))
    lips = np.array(_RED_LIPS if is_female else _PALE_LIPS) * rng.uniform(0.8, 1.1)
    age = float(smoothstep(32, 80, np.array(age_years)))
    brow_grey = 0.05 * max(0.0, age - 0.5)
    return SkinRecipe(
        tone=_tinted(tone),
        lips=_tinted(np.minimum(lips, tone * [0.9, 0.6, 0.65])),
        redness=float(rng.uniform(0.3, 0.8)),
        wrinkles=float(np.clip(age * rng.uniform(0.75, 1.15), 0, 1)),
        beard=0.0 if is_female else float(rng.uniform(0.1, 0.75)),
        spots=float(age * rng.uniform(0, 0.7)),
        brow_density=float(rng.uniform(0.45, 0.8) if is_female else rng.uniform(0.6, 1.0)),
        brow_thickness_dm=float(
            rng.uniform(0.04, 0.06) if is_female else rng.uniform(0.055, 0.085)
        ),
        brow_colour=_tinted(np.array([0.03, 0.023, 0.018]) * rng.uniform(0.7, 1.8) + brow_grey),
        brow_arch_dm=float(rng.normal(0.005, 0.015)),
        brow_slope_dm=float(rng.normal(-0.012, 0.015)),
        moles=int(rng.integers(0, 4)),
    )


def _details(rng: np.random.Generator) -> tuple[tuple[str, float], ...]:
    shape = _HEAD_SHAPES[int(rng.integers(len(_HEAD_SHAPES)))]
    return (
        (f"head/head-{shape}", float(rng.uniform(0.0, 0.45))),
        ("expression/units/asian/mouth-corner-puller", float(rng.uniform(0.05, 0.25))),
    )


def _glasses(rng: np.random.Generator) -> GlassesRecipe:
    return GlassesRecipe(
        half_width_dm=float(rng.uniform(0.22, 0.265)),
        half_height_dm=float(rng.uniform(0.13, 0.2)),
        squareness=float(rng.uniform(2.0, 4.0)),
        rim_dm=float(rng.uniform(0.009, 0.02)),
    )


def _tinted(colour: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Rgb:
    red, green, blue = (float(part) for part in np.clip(colour, 0.004, 0.9))
    return red, green, blue
