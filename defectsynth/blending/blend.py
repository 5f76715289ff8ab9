"""Blend modes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.blending.poisson import blend_poisson
from defectsynth.core.arrays import Floats, threshold_mask
from defectsynth.core.parameters import Component, Pair, between, choice, span, visible_share
from defectsynth.core.serialization import Value
from defectsynth.scene.scene import Scene

MAX_ONE_PASS = 7  # side of the mean filters up to which one combined filter is faster than two passes
MODES = ("alpha", "multiply", "screen", "poisson", "poisson_mixed")


@dataclass(frozen=True)
class Blend(Component):
    """Blend of a look with the surface.

    Args:
        mode: alpha; multiply; screen; poisson, seamless: the gradients of the look with the colours around it;
            poisson_mixed, seamless with the stronger gradient of look and surface.
        opacity_range: opacity, in [0, 1].
        feather_range: width of the softened edge, in [0, 0.2], fraction of min(H, W).
    """

    mode: str = choice("alpha", *MODES)
    opacity_range: Pair = span((0.8, 1.0), 0.0, 1.0, "1 is opaque")
    feather_range: Pair = span((0.0, 0.0), 0.0, 0.2, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene, severity: float) -> DrawnBlend:
        """Return a random blend; severity 0 leaves 30 % of the opacity, 1 all of it."""
        opacity, feather = rng.random(2).tolist()
        return DrawnBlend(
            mode=self.mode,
            opacity=between(self.opacity_range, opacity) * visible_share(severity),
            feather=between(self.feather_range, feather) * scene.side,
        )


@dataclass(frozen=True)
class DrawnBlend(Value):
    """Blend mode, opacity in [0, 1] and width of the softened edge in pixels."""

    mode: str
    opacity: float
    feather: float

    @property
    def margin(self) -> int:
        """Pixels needed around the layer: the feather, and the boundary values of seamless blending."""
        return math.ceil(self.feather) + 2 * self.mode.startswith("poisson")

    @property
    def window(self) -> int:
        """Side in pixels of the mean filters that soften the edge; 1 leaves it hard."""
        return 2 * round(self.feather / 2) + 1

    def soften(self, alpha: Floats) -> Floats:
        """Return alpha (h, w) with its edge softened, times the opacity."""
        window = self.window
        if window > MAX_ONE_PASS:
            alpha = cv2.blur(cv2.blur(alpha, (window, window)), (window, window))
        elif window > 1:
            twice = np.convolve(np.full(window, 1 / window), np.full(window, 1 / window)).astype(np.float32)
            alpha = cv2.sepFilter2D(alpha, cv2.CV_32F, twice, twice).reshape(alpha.shape)
        return alpha if self.opacity == 1.0 else alpha * np.float32(self.opacity)

    def combine(self, surface: Floats, pixels: Floats, alpha: Floats) -> Floats:
        """Blend and return the planes, float32 (C, h, w), not clipped.

        Args:
            surface: float32 (C, h, w) in [0, 1]; overwritten with the result.
            pixels: float32 that broadcasts to (C, h, w), the look.
            alpha: float32 (h, w) in [0, 1], already softened.
        """
        if self.mode.startswith("poisson"):
            pixels = blend_poisson(
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
