"""The bare, flat face that a file or a grinding wheel leaves, with parallel strokes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, between, radians_between, span
from defectsynth.functional.shading import median_color, slope_kernel
from defectsynth.functional.strokes import directed_strokes
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

RIM_BRIGHTNESS = 0.6  # brightness of the rim that faces the light, relative to its slope
MAX_BRIGHTNESS = 0.97  # greatest mean brightness of a face


@dataclass(frozen=True)
class Filed(Look):
    """A flat, bare face full of fine parallel strokes; the texture of the surface is gone.

    Args:
        contrast_range: mean change of brightness, in [-1, 1]; its sign changes where the result would be out of range.
        stroke_range: standard deviation of the brightness of strokes, in [0, 0.5].
        grain_range: width of a stroke, in [0, 0.1], fraction of min(H, W).
        slope_range: change of brightness from one end of the face to the other, in [0, 1].
        stroke_angle_range: angle between the strokes and the direction of the place, in [-360, 360], degrees.
    """

    contrast_range: Pair = span((-0.05, 0.25), -1.0, 1.0, "mean change of brightness")
    stroke_range: Pair = span((0.03, 0.09), 0.0, 0.5, "standard deviation of the brightness of strokes")
    grain_range: Pair = span((0.0015, 0.005), 0.0, 0.1, FRACTION)
    slope_range: Pair = span((0.0, 0.25), 0.0, 1.0, "change of brightness from end to end")
    stroke_angle_range: Pair = span((-90.0, 90.0), -360.0, 360.0, "degrees")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnFiled:
        """Return a face lit like the image."""
        contrast, stroke, grain, slope, turn, side = rng.random(6).tolist()
        change = between(self.contrast_range, contrast)
        brightness = float(scene.color_at(place.x, place.y).mean())
        return DrawnFiled(
            contrast=change if 0.0 <= brightness + change <= MAX_BRIGHTNESS else -change,
            stroke=between(self.stroke_range, stroke),
            grain=max(between(self.grain_range, grain) * scene.side, 0.8),
            slope=between(self.slope_range, slope),
            turn=2 * math.pi * side,
            angle=place.angle + radians_between(self.stroke_angle_range, turn),
            light=scene.light,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnFiled(DrawnLook):
    """Brightnesses, width of a stroke in pixels, directions of slope, strokes and light in radians, and a seed."""

    contrast: float
    stroke: float
    grain: float
    slope: float
    turn: float
    angle: float
    light: float
    seed: int

    margin: ClassVar[int] = 2

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the filed face."""
        height, width = layer.box.shape
        x = np.linspace(-0.5, 0.5, width, dtype=np.float32) * np.float32(self.slope * math.cos(self.turn))
        y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * np.float32(self.slope * math.sin(self.turn))
        change = directed_strokes((height, width), self.grain, self.angle, self.seed) * np.float32(self.stroke) + (
            x + y + np.float32(self.contrast)
        )
        slope = slope_kernel(self.light)
        change += cv2.filter2D(layer.alpha, cv2.CV_32F, slope) * np.float32(RIM_BRIGHTNESS * (self.stroke + 0.1))
        return median_color(surface, layer) + change, layer.alpha
