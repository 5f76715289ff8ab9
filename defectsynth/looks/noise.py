"""Coarse grain added to the surface."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, span
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene


@dataclass(frozen=True)
class Noise(Look):
    """The surface with coarse grain: roughness, corrosion, dust.

    Args:
        contrast_range: standard deviation of the grain, in [0, 1].
        grain_range: size of a grain, in [0, 0.2], fraction of min(H, W).
    """

    contrast_range: Pair = span((0.12, 0.3), 0.0, 1.0, "standard deviation of the grain")
    grain_range: Pair = span((0.004, 0.02), 0.0, 0.2, FRACTION)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnNoise:
        """Return a seed, a contrast and a grain size in pixels."""
        contrast, grain = rng.uniform(*self.contrast_range), rng.uniform(*self.grain_range) * scene.side
        return DrawnNoise(seed=int(rng.integers(1 << 62)), contrast=contrast, grain=grain)


@dataclass(frozen=True)
class DrawnNoise(DrawnLook):
    """Seed of the grain, its standard deviation in [0, 1], and the size of a grain in pixels."""

    seed: int
    contrast: float
    grain: float

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the grainy surface."""
        height, width = layer.box.shape
        cells = (max(2, round(height / max(self.grain, 1.0))), max(2, round(width / max(self.grain, 1.0))))
        coarse = np.random.default_rng(self.seed).standard_normal(cells, dtype=np.float32)
        grain = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        return surface + grain * np.float32(self.contrast), layer.alpha
