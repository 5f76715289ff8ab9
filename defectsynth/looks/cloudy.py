"""One colour with a cloudy texture, as of a turbid liquid, paper, cloth or foam."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import Pair, between, choices, span
from defectsynth.functional.noise import fractal_noise
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.looks.color import PALETTES, Color, DrawnColor
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

NOISE_OCTAVES = 6


@dataclass(frozen=True)
class Cloudy(Look):
    """One colour with lighter and darker clouds, as of a turbid liquid, paper, cloth or foam.

    Args:
        palettes: families of colours, of which each draw takes one; see `Color`.
        tint_range: share of the surface's texture that shows through, in [0, 1]; 0 is opaque.
        contrast_range: standard deviation of the clouds, in [0, 1], as a share of the brightness.
        roughness_range: strength of a cloud relative to one twice its size, in [0, 1].
    """

    palettes: tuple[str, ...] = choices(("rust", "gray", "yellow"), *PALETTES)
    tint_range: Pair = span((0.0, 0.3), 0.0, 1.0, "share of the surface's texture that shows through")
    contrast_range: Pair = span((0.03, 0.2), 0.0, 1.0, "share of the brightness")
    roughness_range: Pair = span((0.2, 0.9), 0.0, 1.0, "strength of a cloud relative to one twice its size")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnCloudy:
        """Return a colour that differs from the surface, with clouds."""
        tint, contrast, rough = rng.random(3).tolist()
        return DrawnCloudy(
            color=DrawnColor(
                values=Color(palettes=self.palettes).sample(rng, scene, place).values,
                tint=between(self.tint_range, tint),
            ),
            contrast=between(self.contrast_range, contrast),
            roughness=between(self.roughness_range, rough),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnCloudy(DrawnLook):
    """Colour, contrast and roughness of its clouds, and the seed of the noise."""

    color: DrawnColor
    contrast: float
    roughness: float
    seed: int

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the colour with its clouds."""
        pixels, alpha = self.color.paint(surface, layer, scene)
        rows, columns = layer.box.shape
        side = max(rows, columns)
        cells = fractal_noise(self.seed, octaves=NOISE_OCTAVES, gain=self.roughness)
        noise = cv2.resize(cells, (side, side), interpolation=cv2.INTER_CUBIC)[:rows, :columns]
        return np.asarray(pixels * (1.0 + np.float32(self.contrast) * noise)), alpha
