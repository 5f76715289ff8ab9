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
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

STROKE_LAYERS = ((1.0, 40.0, 0.55), (4.0, 40.0, 0.5), (1.0, 8.0, 0.6))  # width and length in grains, strength
PIXEL_NOISE = 0.35  # standard deviation of the noise of single pixels, relative to that of the strokes
HIGHLIGHT_GAIN = 0.3  # additional brightness of the brightest strokes
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
        change = self._strokes((height, width)) * np.float32(self.stroke) + (x + y + np.float32(self.contrast))
        slope = slope_kernel(self.light)
        change += cv2.filter2D(layer.alpha, cv2.CV_32F, slope) * np.float32(RIM_BRIGHTNESS * (self.stroke + 0.1))
        return median_color(surface, layer) + change, layer.alpha

    def _strokes(self, shape: tuple[int, int]) -> Floats:
        """Return strokes along the angle, float32 (h, w), with mean 0 and standard deviation about 1."""
        rng = np.random.default_rng(self.seed)
        side = math.ceil(math.hypot(*shape)) + 1
        strokes = np.zeros((side, side), np.float32)
        for width, length, strength in STROKE_LAYERS:
            cells = tuple(max(2, math.ceil(side / (extent * self.grain))) for extent in (width, length))
            noise = rng.standard_normal(cells, dtype=np.float32)
            strokes += np.float32(strength) * cv2.resize(noise, (side, side), interpolation=cv2.INTER_LINEAR)
        strokes += np.float32(HIGHLIGHT_GAIN) * np.maximum(strokes, 0.0) ** 2 - np.float32(0.5 * HIGHLIGHT_GAIN)
        strokes += np.float32(PIXEL_NOISE) * rng.standard_normal((side, side), dtype=np.float32)
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        middle, centre = 0.5 * (side - 1), np.array([0.5 * (shape[1] - 1), 0.5 * (shape[0] - 1)])
        rotation = np.array([[cos, sin], [-sin, cos]])
        matrix = np.column_stack([rotation, np.array([middle, middle]) - rotation @ centre])
        return cv2.warpAffine(
            strokes, matrix, shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
