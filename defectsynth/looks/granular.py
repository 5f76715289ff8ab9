"""The granular fracture of a brittle, filled material: dull, with a few bright grains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, between, span
from defectsynth.functional.shading import median_color, slope_kernel
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

LUMPS = ((1.0, 1.0), (2.5, 0.8), (7.0, 1.0))  # size in grains, height
SPARKLE_QUANTILE = 0.97  # quantile of the noise above which a grain sparkles
RIM_BRIGHTNESS = 1.2  # brightness of the wall that faces the light, relative to its slope and to the grit
MAX_BRIGHTNESS = 0.97  # greatest mean brightness of a fracture


@dataclass(frozen=True)
class Granular(Look):
    """A rough, dull fracture of a filled material (moulded epoxy, cast stone, ceramics), lit like the image.

    Args:
        contrast_range: mean change of brightness, in [-1, 1]; its sign changes where the result would be out of range.
        grit_range: standard deviation of the shading of grains, in [0, 0.5].
        cloud_range: standard deviation of slow variations of brightness, in [0, 0.5].
        grain_range: size of a grain, in [0, 0.1], fraction of min(H, W); at least 0.8 pixels.
        sparkle_range: brightness of the few grains that sparkle, in [0, 1].
    """

    contrast_range: Pair = span((0.05, 0.2), -1.0, 1.0, "mean change of brightness")
    grit_range: Pair = span((0.03, 0.07), 0.0, 0.5, "standard deviation of the shading of grains")
    cloud_range: Pair = span((0.01, 0.05), 0.0, 0.5, "standard deviation of slow variations")
    grain_range: Pair = span((0.002, 0.006), 0.0, 0.1, FRACTION)
    sparkle_range: Pair = span((0.05, 0.3), 0.0, 1.0, "brightness of sparkling grains")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnGranular:
        """Return a fracture lit like the image."""
        contrast, grit, cloud, grain, sparkle = rng.random(5).tolist()
        return DrawnGranular(
            contrast=between(self.contrast_range, contrast),
            grit=between(self.grit_range, grit),
            cloud=between(self.cloud_range, cloud),
            grain=max(between(self.grain_range, grain) * scene.side, 0.8),
            sparkle=between(self.sparkle_range, sparkle),
            light=scene.light,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnGranular(DrawnLook):
    """Brightnesses, size of a grain in pixels, direction of the light in radians, seed of the grains."""

    contrast: float
    grit: float
    cloud: float
    grain: float
    sparkle: float
    light: float
    seed: int

    margin: ClassVar[int] = 2

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the fracture in the median colour of the surface."""
        slope = slope_kernel(self.light)
        rng = np.random.default_rng(self.seed)
        shape = layer.box.shape
        height = np.zeros(shape, np.float32)
        for size, strength in LUMPS:
            height += np.float32(strength) * _noise(rng, shape, size * self.grain)
        lit = cv2.filter2D(height, cv2.CV_32F, slope).reshape(shape)
        lit *= np.float32(1.0 / max(float(lit.std()), 1e-6))
        change = lit * np.float32(self.grit)
        change += np.float32(self.cloud) * _noise(rng, shape, 0.4 * max(shape))
        sparkles = _noise(rng, shape, self.grain)
        sparkles -= np.float32(np.quantile(sparkles, SPARKLE_QUANTILE))
        change += np.float32(self.sparkle) * np.clip(sparkles * 3.0, 0.0, 1.0)
        change += cv2.filter2D(layer.alpha, cv2.CV_32F, slope).reshape(shape) * np.float32(RIM_BRIGHTNESS * self.grit)
        ground = median_color(surface, layer)
        in_range = 0.0 <= float(ground.mean()) + self.contrast <= MAX_BRIGHTNESS
        change += np.float32(self.contrast if in_range else -self.contrast)
        return ground + change, layer.alpha


def _noise(rng: np.random.Generator, shape: tuple[int, int], size: float) -> Floats:
    """Return smooth noise with lumps of `size` pixels, float32 (h, w), mean 0 and standard deviation about 1."""
    rows, columns = (max(2, math.ceil(side / max(size, 1.0)) + 1) for side in shape)
    cells = rng.standard_normal((rows, columns), dtype=np.float32)
    return np.asarray(cv2.resize(cells, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32).reshape(shape)
