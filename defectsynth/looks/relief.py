"""The surface itself with pits, bumps or roughness, shaded by one direction of light for the whole image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import Pair, between, choices, span
from defectsynth.functional.shading import PIT_FLOOR_SHADE, shade_bump, shade_rough_surface
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

FORMS = ("pit", "bump", "rough")
BUMP_TOP_GAIN = 0.2  # brightness of the top of a bump relative to the contrast


@dataclass(frozen=True)
class Relief(Look):
    """The surface itself with a pit, a bump or roughness, lit like the image.

    Args:
        forms: pit, bump or rough, of which each draw takes one.
        contrast_range: change of brightness where a slope faces the light or faces away from it, in [0, 1].
        wall_range: width of the slope as a share of the greatest depth, in [0, 1]; 1 is a dome or a bowl, 0 a flat top
            or floor with steep walls.
        gloss_range: brightness of the highlight on a slope that mirrors the light, in [0, 1].

    References:
        B. K. P. Horn, "Height and Gradient from Shading", IJCV 1990: brightness follows the slope towards the light.
        Here the height is the distance to the outline of the defect.
    """

    forms: tuple[str, ...] = choices(("pit", "bump"), *FORMS)
    contrast_range: Pair = span((0.2, 0.5), 0.0, 1.0, "change of brightness")
    wall_range: Pair = span((0.4, 1.0), 0.0, 1.0, "1 is a dome or a bowl")
    gloss_range: Pair = span((0.0, 0.0), 0.0, 1.0, "brightness of the highlight")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnRelief:
        """Return a form lit like the image."""
        choice, contrast, wall, gloss = rng.random(4).tolist()
        return DrawnRelief(
            form=self.forms[int(choice * len(self.forms))],
            contrast=between(self.contrast_range, contrast),
            wall=between(self.wall_range, wall),
            gloss=between(self.gloss_range, gloss),
            light=scene.light,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnRelief(DrawnLook):
    """A form, its shading, the direction of the light in radians, and the seed of the roughness."""

    form: str
    contrast: float
    wall: float
    gloss: float
    light: float
    seed: int

    margin: ClassVar[int] = 1

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the shaded surface."""
        return surface + self.brightness_change(layer), layer.alpha

    def brightness_change(self, layer: Layer) -> Floats:
        """Return the shading, float32 (h, w)."""
        if self.form == "rough":
            return np.float32(self.contrast) * shade_rough_surface(layer.box.shape, self.light, self.seed)
        bump = self.form == "bump"
        return shade_bump(
            layer.alpha,
            wall=self.wall,
            light=self.light if bump else self.light + math.pi,
            contrast=self.contrast,
            level=self.contrast * (BUMP_TOP_GAIN if bump else -PIT_FLOOR_SHADE),
            gloss=self.gloss,
        )
