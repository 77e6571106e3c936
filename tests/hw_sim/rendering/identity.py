"""From a recipe to the coarse shape of a person: macro morphs plus seeded detail morphs."""

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.assets import AssetLibrary
from tests.hw_sim.rendering.morphs import read_morph
from tests.hw_sim.rendering.recipe import PersonRecipe

YOUNG_YEARS = 25.0
OLD_YEARS = 90.0
DETAIL_FOLDERS = ("cheek", "chin", "ears", "eyebrows", "eyes", "forehead", "head", "mouth", "nose")
_OPPOSITES = (
    ("incr", "decr"),
    ("up", "down"),
    ("out", "in"),
    ("forward", "backward"),
    ("convex", "concave"),
    ("uncompress", "compress"),
)
_LEFT_ALONE = ("head-trans", "nose-trans-out", "mouth-trans-out", "mouth-trans-in")
_LIMIT = 0.8


def shape_vertices(
    assets: AssetLibrary, base: NDArray[np.float64], recipe: PersonRecipe
) -> NDArray[np.float64]:
    """Vertices of the base mesh moved to the person's shape, float64[V, 3], decimetres."""
    positions = base.copy()
    weights = [*_macro_weights(recipe), *_seeded_weights(assets, recipe), *recipe.details]
    for name, weight in weights:
        if abs(weight) > 1e-3:
            read_morph(assets, name).add_to(positions, weight)
    return positions


def _macro_weights(recipe: PersonRecipe) -> list[tuple[str, float]]:
    old = float(np.clip((recipe.age_years - YOUNG_YEARS) / (OLD_YEARS - YOUNG_YEARS), 0, 1))
    sex = "female" if recipe.is_female else "male"
    return [
        (f"macrodetails/{ancestry}-{sex}-{age}", share * part)
        for ancestry, share in recipe.ancestry
        for age, part in (("young", 1 - old), ("old", old))
    ]


def _seeded_weights(assets: AssetLibrary, recipe: PersonRecipe) -> list[tuple[str, float]]:
    """One random weight for each axis of shape, the same on both sides of the face."""
    rng = np.random.default_rng(recipe.seed)
    chosen: list[tuple[str, float]] = []
    for plus, minus in _detail_axes(assets):
        weight = float(np.clip(rng.normal(0, recipe.variation), -_LIMIT, _LIMIT))
        name = plus if weight > 0 else minus
        folder, tail = name.split("/")
        sides = [tail, "r-" + tail[2:]] if tail.startswith("l-") else [tail]
        chosen += [(f"{folder}/{side}", abs(weight)) for side in sides]
    return chosen


def _detail_axes(assets: AssetLibrary) -> list[tuple[str, str]]:
    names = {
        tail.removeprefix("targets/").removesuffix(".target")
        for folder in DETAIL_FOLDERS
        for tail in assets.list_tails(f"targets/{folder}", ".target")
    }
    axes = []
    for name in sorted(names):
        if "/r-" in name or any(part in name for part in _LEFT_ALONE):
            continue
        stem, _, ending = name.rpartition("-")
        minus = dict(_OPPOSITES).get(ending)
        if minus and f"{stem}-{minus}" in names:
            axes.append((name, f"{stem}-{minus}"))
    return axes
