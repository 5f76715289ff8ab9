"""BLEND: how the pixels of a look and the surface become one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.layers import Floats
from defectsynth.scene import Scene
from defectsynth.values import Pair, Part, Value, between, choice, span

MODES = ("alpha", "multiply", "screen")
FAINTEST = 0.3  # share of the opacity that severity 0 leaves


@dataclass(frozen=True)
class Blend(Part):
    """Alpha blending, optionally of the product with the surface (multiply) or of the screened sum (screen).

    Args:
        mode: alpha, multiply or screen.
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
            opacity=between(self.opacity_range, opacity) * (FAINTEST + (1.0 - FAINTEST) * severity),
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
        """Pixels by which feathering widens the layer."""
        return math.ceil(self.feather)

    def soften(self, alpha: Floats) -> Floats:
        """Return alpha (h, w) with its rim softened, times the opacity."""
        reach = 2 * round(self.feather / 2) + 1
        if reach > 1:
            alpha = cv2.blur(cv2.blur(alpha, (reach, reach)), (reach, reach))
        return alpha if self.opacity == 1.0 else alpha * np.float32(self.opacity)

    def combine(self, surface: Floats, pixels: Floats, alpha: Floats) -> Floats:
        """Return the blended planes, float32 (C, h, w), not clipped.

        Args:
            surface: float32 (C, h, w) in [0, 1].
            pixels: float32 that broadcasts to (C, h, w).
            alpha: float32 (h, w) in [0, 1], already softened.
        """
        if self.mode == "multiply":
            pixels = pixels * surface
        elif self.mode == "screen":
            pixels = 1.0 - (1.0 - pixels) * (1.0 - surface)
        difference = pixels - surface
        difference *= alpha
        difference += surface
        return difference
