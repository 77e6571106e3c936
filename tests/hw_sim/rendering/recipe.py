"""What makes up one synthetic person, as plain numbers."""

from dataclasses import dataclass
from enum import Enum, auto

Rgb = tuple[float, float, float]
"""Linear light, 0..1."""


class Neckline(Enum):
    """Shape of the garment's opening."""

    CREW = auto()
    V = auto()


@dataclass(frozen=True, slots=True)
class HairRecipe:
    """Hair on the head."""

    colour: Rgb
    top_length_dm: float
    """Length of strands growing on the crown."""
    side_length_dm: float
    """Length of strands growing near the ears and the nape."""
    fringe_length_dm: float
    """Length of strands growing at the forehead."""
    parting_x_dm: float = 0.35
    """Where the parting lies; positive is the person's left."""
    backward: float = 0.4
    """How far the top is combed back (1) rather than forward (-1)."""
    gravity: float = 0.3
    """How soon strands hang down."""
    volume_dm: float = 0.12
    """Greatest distance of the hair from the scalp."""
    waviness: float = 0.1
    """Sideways wander of strands."""
    grey_share: float = 0.0
    """Share of grey strands, 0..1."""
    recession_dm: float = 0.0
    """How far the forehead hairline has moved up."""
    curtain: float = 0.0
    """How far the hair above the face is drawn aside, 0..1."""
    cut_y_dm: float | None = None
    """Height in base-mesh space below which strands are cut off, or none."""
    strand_count: int = 14_000


@dataclass(frozen=True, slots=True)
class SkinRecipe:
    """Painted look of the skin."""

    tone: Rgb
    """Albedo of the cheeks."""
    lips: Rgb
    redness: float = 0.5
    """Strength of the pink on cheeks, nose and ears, 0..1."""
    wrinkles: float = 0.0
    """0 for young skin, 1 for deep lines."""
    beard: float = 0.0
    """Strength of the shaved-beard shadow, 0..1."""
    spots: float = 0.0
    """Number and strength of age spots, 0..1."""
    brow_density: float = 0.8
    brow_thickness_dm: float = 0.06
    brow_colour: Rgb = (0.02, 0.016, 0.014)
    brow_arch_dm: float = 0.0
    """How far the middle of the brow lies above its usual line."""
    brow_slope_dm: float = 0.0
    """How far its outer end lies above, and its inner end below, the usual line, together."""
    moles: int = 0
    """Small dark moles, at places drawn from the seed."""


@dataclass(frozen=True, slots=True)
class GlassesRecipe:
    """Frame of the spectacles."""

    half_width_dm: float = 0.255
    """Half the width of a rim."""
    half_height_dm: float = 0.17
    squareness: float = 2.6
    """2 for an ellipse, more for squarer rims."""
    rim_dm: float = 0.013
    """Half the thickness of the rim."""


@dataclass(frozen=True, slots=True)
class PersonRecipe:
    """One person at one moment of life."""

    name: str
    seed: int
    """Feeds every random choice: detail of shape, noise of skin, course of strands."""
    is_female: bool
    age_years: float
    hair: HairRecipe
    skin: SkinRecipe
    ancestry: tuple[tuple[str, float], ...] = (("asian", 1.0),)
    """MakeHuman's macro morphs and their shares, which sum to 1."""
    variation: float = 0.35
    """Standard deviation of the random detail morphs."""
    details: tuple[tuple[str, float], ...] = ()
    """Further morphs below `targets/`, without the suffix, and their weights."""
    iris: Rgb = (0.045, 0.022, 0.012)
    garment: Rgb = (0.05, 0.07, 0.12)
    neckline: Neckline = Neckline.CREW
    glasses: GlassesRecipe | None = None
    """What they usually wear, on the card's photo too."""
