"""Lamps of a scene and how skin, eyes, cloth and hair answer them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.recipe import Rgb


@dataclass(frozen=True, slots=True)
class Lamp:
    """A large soft lamp far away."""

    direction: tuple[float, float, float]
    """Towards the lamp; need not be of unit length."""
    colour: Rgb

    @property
    def unit(self) -> NDArray[np.float64]:
        """Unit vector towards the lamp."""
        vector = np.array(self.direction)
        result: NDArray[np.float64] = vector / np.linalg.norm(vector)
        return result


@dataclass(frozen=True, slots=True)
class Lighting:
    """All light of a scene."""

    lamps: tuple[Lamp, ...]
    ceiling: Rgb
    """Light from everywhere above."""
    floor: Rgb
    """Light from everywhere below."""
    exposure: float = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """Surface points to be lit; a row for each."""

    normal: NDArray[np.float64]
    view: NDArray[np.float64]
    """Unit vectors towards the camera."""
    openness: NDArray[np.float64]
    """float64[n], share of the surroundings that is not hidden."""
    lamp_share: NDArray[np.float64]
    """float64[n, lamps], share of each lamp that is not hidden."""


_SKIN_WRAP = np.array([0.38, 0.2, 0.13])
_PLAIN_WRAP = np.array([0.08, 0.08, 0.08])
_BOUNCE = np.array([0.72, 0.86, 0.95])


def light_skin(
    sample: Sample, albedo: NDArray[np.float64], gloss: NDArray[np.float64], lighting: Lighting
) -> NDArray[np.float64]:
    """Skin: light bleeds past the shadow edge, reddest, and reflects off a faint film of oil."""
    diffuse = _diffuse(sample, lighting, _SKIN_WRAP, _BOUNCE)
    shine = _shine(sample, lighting, 14.0) * 0.5 + _shine(sample, lighting, 50.0) * 0.35
    return albedo * diffuse + 0.22 * gloss[:, None] * shine


def light_cloth(
    sample: Sample, albedo: NDArray[np.float64], lighting: Lighting
) -> NDArray[np.float64]:
    """Matt cloth with a faint sheen at grazing angles."""
    diffuse = _diffuse(sample, lighting, _PLAIN_WRAP, np.ones(3))
    facing = np.clip((sample.normal * sample.view).sum(axis=1), 0, 1)[:, None]
    result: NDArray[np.float64] = (albedo + 0.06 * (1 - facing) ** 3) * diffuse
    return result


def light_eye(
    sample: Sample, albedo: NDArray[np.float64], lighting: Lighting
) -> NDArray[np.float64]:
    """Eyeball: matt below, with a sharp mirror image of each lamp in the tear film."""
    diffuse = _diffuse(sample, lighting, _SKIN_WRAP * 0.6, _BOUNCE)
    unhidden = replace(sample, lamp_share=np.sqrt(np.clip(sample.lamp_share, 0, 1)))
    shine = _shine(unhidden, lighting, 260.0) * 9.0 + _shine(sample, lighting, 30.0) * 0.25
    result: NDArray[np.float64] = (
        albedo * diffuse + 0.12 * shine * np.sqrt(sample.openness)[:, None]
    )
    return result


def light_hair(
    sample: Sample,
    tangent: NDArray[np.float64],
    albedo: NDArray[np.float64],
    lighting: Lighting,
) -> NDArray[np.float64]:
    """Strands lit as thin cylinders.

    Source: J. Kajiya, T. Kay, "Rendering fur with three dimensional textures", 1989.
    """
    total = albedo * _surroundings(sample, lighting) * sample.openness[:, None]
    for number, lamp in enumerate(lighting.lamps):
        share = sample.lamp_share[:, number, None] * np.array(lamp.colour)
        along = tangent @ lamp.unit
        across = np.sqrt(np.clip(1 - along**2, 0, 1))
        facing = np.clip(0.35 + 0.65 * (sample.normal @ lamp.unit), 0, 1)
        half = lamp.unit + sample.view
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        glint = np.clip(1 - (tangent * half).sum(axis=1) ** 2, 0, 1)
        white = 0.035 * glint**40
        tinted = 0.5 * glint**12
        answer = albedo * (across * facing + tinted * facing)[:, None] + (white * facing)[:, None]
        total += share * answer
    return total


def _surroundings(sample: Sample, lighting: Lighting) -> NDArray[np.float64]:
    upward = (0.5 + 0.5 * sample.normal[:, 1])[:, None]
    result: NDArray[np.float64] = upward * np.array(lighting.ceiling) + (1 - upward) * np.array(
        lighting.floor
    )
    return result


def _diffuse(
    sample: Sample,
    lighting: Lighting,
    wrap: NDArray[np.float64],
    bounce: NDArray[np.float64],
) -> NDArray[np.float64]:
    hidden = np.clip(sample.openness, 1e-3, 1)[:, None] ** bounce
    total = _surroundings(sample, lighting) * hidden
    for number, lamp in enumerate(lighting.lamps):
        cosine = (sample.normal @ lamp.unit)[:, None]
        wrapped = np.clip((cosine + wrap) / (1 + wrap), 0, 1)
        share = sample.lamp_share[:, number, None] ** bounce
        total += wrapped * share * np.array(lamp.colour)
    return total


def _shine(sample: Sample, lighting: Lighting, sharpness: float) -> NDArray[np.float64]:
    facing = np.clip((sample.normal * sample.view).sum(axis=1), 0, 1)
    fresnel = 0.25 + 0.75 * (1 - facing) ** 4
    total = np.zeros((len(facing), 3))
    for number, lamp in enumerate(lighting.lamps):
        half = lamp.unit + sample.view
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        cosine = np.clip((sample.normal * half).sum(axis=1), 0, 1)
        strength = cosine**sharpness * fresnel * sample.lamp_share[:, number]
        total += strength[:, None] * np.array(lamp.colour)
    return total
