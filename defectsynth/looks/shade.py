"""The surface itself, brighter, darker or with a groove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import Pair, between, choices, span
from defectsynth.functional.shading import slope_kernel
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

TONES = ("bright", "dark", "relief")


@dataclass(frozen=True)
class Shade(Look):
    """The surface itself, brighter, darker or with a groove that has a dark core and a lit rim.

    Args:
        tones: bright, dark or relief (a groove); each draw takes one that can be seen on the surface.
        contrast_range: change of brightness, in [0, 1].
    """

    tones: tuple[str, ...] = choices(TONES, *TONES)
    contrast_range: Pair = span((0.1, 0.35), 0.0, 1.0, "change of brightness")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnShade:
        """Return a tone that can be seen on the surface: not dark on black, not bright on white."""
        brightness = float(scene.color_at(place.x, place.y).mean())
        share, choice = rng.random(2).tolist()
        contrast = between(self.contrast_range, share)
        visible = [
            tone
            for tone in self.tones
            if not (tone == "dark" and brightness < contrast) and not (tone == "bright" and brightness > 1.0 - contrast)
        ] or self.tones
        tone = visible[int(choice * len(visible))]
        return DrawnShade(tone=tone, contrast=contrast, light=scene.light if tone == "relief" else 0.0)


@dataclass(frozen=True)
class DrawnShade(DrawnLook):
    """A tone, the change of brightness and, for a relief, the direction of the light in radians."""

    tone: str
    contrast: float
    light: float

    margin: ClassVar[int] = 2

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the brighter, darker or grooved surface."""
        if self.tone == "bright":
            return surface + np.float32(self.contrast), layer.alpha
        if self.tone == "dark":
            darker = surface * np.float32(1.0 - 0.4 * self.contrast)
            darker -= np.float32(0.6 * self.contrast)
            return darker, layer.alpha
        slope = slope_kernel(self.light)
        lit = cv2.filter2D(layer.alpha, cv2.CV_32F, slope)
        change = np.float32(self.contrast) * (np.float32(1.2) * lit - np.float32(0.5) * layer.alpha)
        return surface + change, np.minimum(np.abs(lit) * np.float32(4.0) + layer.alpha, np.float32(1.0))
