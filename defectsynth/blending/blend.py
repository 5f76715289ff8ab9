"""BLEND: how the pixels of a look and the surface become one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.blending.poisson import poisson
from defectsynth.core.arrays import Floats, threshold_mask
from defectsynth.core.parameters import Component, Pair, between, choice, span, visible_share
from defectsynth.core.serialization import Value
from defectsynth.scene.scene import Scene

NARROW = 7  # pixels up to which two means over them take less time as one filter
MODES = ("alpha", "multiply", "screen", "poisson", "poisson_mixed")


@dataclass(frozen=True)
class Blend(Component):
    """How what is laid down and the surface become one.

    Args:
        mode: alpha; multiply, of the product with the surface; screen, of the screened sum; poisson, without a seam:
            the gradients of what is laid down with the colours around it; poisson_mixed: the stronger gradients of
            both.
        opacity_range: in [0, 1].
        feather_range: width by which the rim is softened, in [0, 0.2], fraction of min(H, W).
    """

    mode: str = choice("alpha", *MODES)
    opacity_range: Pair = span((0.8, 1.0), 0.0, 1.0, "1 is opaque")
    feather_range: Pair = span((0.0, 0.0), 0.0, 0.2, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene, severity: float) -> DrawnBlend:
        """Return a blend; severity 0 leaves 30 % of the opacity, 1 all of it."""
        opacity, feather = rng.random(2).tolist()
        return DrawnBlend(
            mode=self.mode,
            opacity=between(self.opacity_range, opacity) * visible_share(severity),
            feather=between(self.feather_range, feather) * scene.side,
        )


@dataclass(frozen=True)
class DrawnBlend(Value):
    """Mode, opacity in [0, 1] and width of the softened rim in pixels."""

    mode: str
    opacity: float
    feather: float

    @property
    def margin(self) -> int:
        """Pixels by which blending widens the layer: the feather, and a rim for seamless blending to hold on to."""
        return math.ceil(self.feather) + 2 * self.mode.startswith("poisson")

    @property
    def reach(self) -> int:
        """Side in pixels of the squares over which the rim is averaged; 1 leaves it hard."""
        return 2 * round(self.feather / 2) + 1

    def soften(self, alpha: Floats) -> Floats:
        """Return alpha (h, w) with its rim softened, times the opacity."""
        reach = self.reach
        if reach > NARROW:
            alpha = cv2.blur(cv2.blur(alpha, (reach, reach)), (reach, reach))
        elif reach > 1:  # the same in one pass
            twice = np.convolve(np.full(reach, 1 / reach), np.full(reach, 1 / reach)).astype(np.float32)
            alpha = cv2.sepFilter2D(alpha, cv2.CV_32F, twice, twice).reshape(alpha.shape)
        return alpha if self.opacity == 1.0 else alpha * np.float32(self.opacity)

    def combine(self, surface: Floats, pixels: Floats, alpha: Floats) -> Floats:
        """Return the blended planes, float32 (C, h, w), not clipped.

        Args:
            surface: float32 (C, h, w) in [0, 1]; overwritten with the result.
            pixels: float32 that broadcasts to (C, h, w).
            alpha: float32 (h, w) in [0, 1], already softened.
        """
        if self.mode.startswith("poisson"):
            pixels = poisson(
                surface, pixels, threshold_mask(alpha, 0.5 * self.opacity), mixed=self.mode == "poisson_mixed"
            )
        elif self.mode == "multiply":
            pixels = pixels * surface
        elif self.mode == "screen":
            pixels = 1.0 - (1.0 - pixels) * (1.0 - surface)
        difference = pixels - surface
        difference *= alpha
        surface += difference
        return surface
