"""Haircuts to choose from; colour, greyness and hairline are the person's own."""

from tests.hw_sim.rendering.recipe import HairRecipe, Rgb

_BLACK: Rgb = (0.022, 0.017, 0.015)

SWEPT_BACK = HairRecipe(
    colour=_BLACK,
    top_length_dm=0.62,
    side_length_dm=0.14,
    fringe_length_dm=0.5,
    parting_x_dm=0.38,
    backward=0.75,
    gravity=0.15,
    volume_dm=0.07,
)
SIDE_PARTED = HairRecipe(
    colour=_BLACK,
    top_length_dm=0.75,
    side_length_dm=0.16,
    fringe_length_dm=0.5,
    parting_x_dm=-0.3,
    backward=0.5,
    gravity=0.25,
    volume_dm=0.1,
    waviness=0.12,
)
CROPPED = HairRecipe(
    colour=_BLACK,
    top_length_dm=0.2,
    side_length_dm=0.09,
    fringe_length_dm=0.16,
    parting_x_dm=0.0,
    backward=0.2,
    gravity=0.05,
    volume_dm=0.12,
    waviness=0.2,
)
FRINGED = HairRecipe(
    colour=_BLACK,
    top_length_dm=0.6,
    side_length_dm=0.22,
    fringe_length_dm=0.42,
    parting_x_dm=0.1,
    backward=-0.7,
    gravity=0.3,
    volume_dm=0.12,
    waviness=0.15,
)
CURLY = HairRecipe(
    colour=_BLACK,
    top_length_dm=0.5,
    side_length_dm=0.2,
    fringe_length_dm=0.4,
    parting_x_dm=-0.2,
    backward=0.5,
    gravity=0.1,
    volume_dm=0.2,
    waviness=0.7,
)
LONG = HairRecipe(
    colour=_BLACK,
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
)
BOB = HairRecipe(
    colour=_BLACK,
    top_length_dm=1.7,
    side_length_dm=0.9,
    fringe_length_dm=1.4,
    parting_x_dm=0.2,
    backward=0.0,
    gravity=0.7,
    volume_dm=0.16,
    waviness=0.1,
    curtain=0.9,
    recession_dm=-0.05,
    cut_y_dm=6.75,
    strand_count=17_000,
)
SET = HairRecipe(
    colour=_BLACK,
    top_length_dm=0.6,
    side_length_dm=0.45,
    fringe_length_dm=0.5,
    parting_x_dm=0.2,
    backward=0.8,
    gravity=0.1,
    volume_dm=0.22,
    waviness=0.35,
    strand_count=16_000,
)
SHORT_FRINGED = HairRecipe(
    colour=_BLACK,
    top_length_dm=0.95,
    side_length_dm=0.5,
    fringe_length_dm=0.5,
    parting_x_dm=0.15,
    backward=-0.6,
    gravity=0.45,
    volume_dm=0.17,
    waviness=0.12,
    recession_dm=-0.04,
    cut_y_dm=6.95,
    strand_count=17_000,
)
MEN = (SWEPT_BACK, SIDE_PARTED, CROPPED, FRINGED, CURLY)
WOMEN = (LONG, BOB, SET, SHORT_FRINGED)
