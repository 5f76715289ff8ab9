"""The look of a brittle material broken open: dull, full of grains, some of which catch the light."""

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

SIZES = ((1.0, 1.0), (2.5, 0.8), (7.0, 1.0))  # of lumps, in grains, and how high they stand
BRIGHTEST = 0.97  # quantile of the grains from which on they shine
RIM = 1.2  # brightness of the wall that faces the light, as a share of its slope and of the grains
OUTERMOST = 0.97  # brightness at most on average


@dataclass(frozen=True)
class Granular(Look):
    """A break through a filled material (moulded epoxy, cast stone, ceramics): rough, dull, of the light's direction.

    Args:
        contrast_range: mean change of brightness, in [-1, 1]; the other way where there is no room.
        grit_range: standard deviation of the shading of the grains, in [0, 0.5], brightness.
        cloud_range: standard deviation of slow changes of brightness, in [0, 0.5].
        grain_range: size of a grain, in [0, 0.1], fraction of min(H, W); at least 0.8 pixels.
        sparkle_range: brightness of the few grains that shine, in [0, 1].
    """

    contrast_range: Pair = span((0.05, 0.2), -1.0, 1.0, "mean change of brightness")
    grit_range: Pair = span((0.03, 0.07), 0.0, 0.5, "standard deviation between grains")
    cloud_range: Pair = span((0.01, 0.05), 0.0, 0.5, "standard deviation of slow changes")
    grain_range: Pair = span((0.002, 0.006), 0.0, 0.1, FRACTION)
    sparkle_range: Pair = span((0.05, 0.3), 0.0, 1.0, "brightness of what shines")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnGranular:
        """Return a break under the light of the picture."""
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
    """Changes of brightness, size of a grain in pixels, where the light comes from in radians, a seed."""

    contrast: float
    grit: float
    cloud: float
    grain: float
    sparkle: float
    light: float
    seed: int

    margin: ClassVar[int] = 2

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the broken face in the usual colour of what was there."""
        towards = slope_kernel(self.light)
        rng = np.random.default_rng(self.seed)
        shape = layer.box.shape
        height = np.zeros(shape, np.float32)
        for size, strength in SIZES:
            height += np.float32(strength) * _lumps(rng, shape, size * self.grain)
        lit = cv2.filter2D(height, cv2.CV_32F, towards).reshape(shape)
        lit *= np.float32(1.0 / max(float(lit.std()), 1e-6))
        change = lit * np.float32(self.grit)
        change += np.float32(self.cloud) * _lumps(rng, shape, 0.4 * max(shape))
        shining = _lumps(rng, shape, self.grain)
        shining -= np.float32(np.quantile(shining, BRIGHTEST))
        change += np.float32(self.sparkle) * np.clip(shining * 3.0, 0.0, 1.0)
        change += cv2.filter2D(layer.alpha, cv2.CV_32F, towards).reshape(shape) * np.float32(RIM * self.grit)
        ground = median_color(surface, layer)
        there_is_room = 0.0 <= float(ground.mean()) + self.contrast <= OUTERMOST
        change += np.float32(self.contrast if there_is_room else -self.contrast)
        return ground + change, layer.alpha


def _lumps(rng: np.random.Generator, shape: tuple[int, int], size: float) -> Floats:
    """Return smooth noise of lumps of a size in pixels, float32 (h, w), mean 0 and deviation about 1."""
    rows, columns = (max(2, math.ceil(side / max(size, 1.0)) + 1) for side in shape)
    cells = rng.standard_normal((rows, columns), dtype=np.float32)
    return np.asarray(cv2.resize(cells, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32).reshape(shape)
