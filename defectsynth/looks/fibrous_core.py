"""The fibrous core of a board that shows where its decor, veneer or coat is torn off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, between, choices, span
from defectsynth.functional.shading import slope_kernel
from defectsynth.functional.strokes import directed_strokes
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.looks.color import draw_color
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

SPLINTER_GAIN = 0.3  # shift of the rim by the fibres, share of the opacity
RIM_STEEPNESS = 6.0  # of the rim after the shift, times that before
PIT_LEVEL = 0.9  # strokes, in standard deviations below their mean, under which the core has pits
PIT_BRIGHTNESS = 0.35  # of a pit, share of that of the core
CORES: dict[str, tuple[Pair, Pair, Pair]] = {  # ranges of hue (1 is a full turn), saturation and value
    "fiberboard": ((0.07, 0.095), (0.35, 0.6), (0.35, 0.6)),
    "wood": ((0.085, 0.11), (0.3, 0.5), (0.6, 0.85)),
    "charred": ((0.0, 0.12), (0.0, 0.4), (0.05, 0.25)),
}
LIT_RIM = 0.35  # brightness of the rim that faces the light, and darkness of the other one


@dataclass(frozen=True)
class FibrousCore(Look):
    """A rough core whose fibres run along the direction of the place, with dark pits; it splinters a soft rim.

    Args:
        cores: materials, of which each draw takes the colour of one: fiberboard, wood, charred.
        fiber_range: change of brightness from fibre to fibre, in [0, 1], share of the brightness.
        grain_range: width of a fibre, in [0, 0.1], fraction of min(H, W).
        pits_range: darkness of the pits, in [0, 1].
        splinter_range: how far the fibres shift the rim, in [0, 1].
    """

    cores: tuple[str, ...] = choices(tuple(CORES), *CORES)
    fiber_range: Pair = span((0.15, 0.35), 0.0, 1.0, "share of the brightness")
    grain_range: Pair = span((0.003, 0.008), 0.0, 0.1, FRACTION)
    pits_range: Pair = span((0.3, 1.0), 0.0, 1.0, "darkness")
    splinter_range: Pair = span((0.5, 1.0), 0.0, 1.0, "shift of the rim")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnFibrousCore:
        """Return a core lit like the image."""
        fiber, grain, pits, splinter = rng.random(4).tolist()
        return DrawnFibrousCore(
            color=draw_color(self.cores, rng, scene, place, table=CORES),
            fiber=between(self.fiber_range, fiber),
            grain=max(between(self.grain_range, grain) * scene.side, 0.8),
            pits=between(self.pits_range, pits),
            splinter=between(self.splinter_range, splinter),
            angle=place.angle,
            light=scene.light,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnFibrousCore(DrawnLook):
    """Colour, brightnesses, width of a fibre in pixels, directions of fibres and light in radians, and a seed."""

    color: tuple[float, ...]
    fiber: float
    grain: float
    pits: float
    splinter: float
    angle: float
    light: float
    seed: int

    margin: ClassVar[int] = 2

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the core and its splintered outline."""
        strokes = directed_strokes(layer.box.shape, self.grain, self.angle, self.seed)
        shift = np.float32(SPLINTER_GAIN * self.splinter) * strokes
        alpha = np.clip((layer.alpha - np.float32(0.5) + shift) * np.float32(RIM_STEEPNESS) + np.float32(0.5), 0.0, 1.0)
        alpha = np.minimum(alpha, np.float32(RIM_STEEPNESS) * layer.alpha)  # nothing beyond the layer
        gain = np.float32(1.0) + np.float32(self.fiber) * strokes
        pit = np.clip(-strokes - np.float32(PIT_LEVEL), 0.0, 1.0) * np.float32((1.0 - PIT_BRIGHTNESS) * self.pits)
        gain *= np.float32(1.0) - pit
        rim = cv2.filter2D(alpha, cv2.CV_32F, slope_kernel(self.light)).reshape(alpha.shape)
        gain -= np.float32(LIT_RIM) * rim
        color = np.resize(np.array(self.color, np.float32), surface.shape[0])[:, None, None]
        return color * gain, alpha
