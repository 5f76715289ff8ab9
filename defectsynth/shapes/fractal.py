"""Fractal cloud: thresholded multi-octave noise inside an ellipse."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Box, Layer, clip_box
from defectsynth.core.parameters import FRACTION, Pair, between, span
from defectsynth.functional.noise import BASE_CELLS, fractal_noise
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape

MIN_OCTAVES, MAX_OCTAVES = 3, 5
FINEST_CELL = 3.0  # pixels of a cell of the finest octave, unless the octaves are limited
FADE_START = 0.5  # share of the ellipse's area beyond which the noise is lowered, so that the cloud ends inside
FADE_DEPTH = 2.5  # standard deviations by which it is lowered at the outline of the ellipse


@dataclass(frozen=True)
class Fractal(Shape):
    """Stain without a simple outline: fractal noise with lobes, bays and islands, inside an ellipse.

    Args:
        radius_range: longer half axis of the ellipse, in [0, 0.5], fraction of min(H, W).
        aspect_range: shorter by longer diameter, in [0.05, 1].
        cover_range: covered share of the ellipse, in [0.05, 0.95].
        raggedness_range: weight of the noise, in [0, 1]; 0 is an ellipse, 1 scattered islands.
        gain_range: amplitude of an octave relative to the next coarser one, in [0, 1]; higher values are rougher.
        softness_range: width of the soft edge, in [0, 1]; 0 is sharp, 1 fades from the centre on.

    References:
        K. Perlin, "An Image Synthesizer", SIGGRAPH 1985. V. Zavrtanik et al., "DRAEM", ICCV 2021, thresholds Perlin
        noise over the whole image, whose sides are powers of two. Here value noise is made for the bounding box only,
        of any size, and the threshold is set by the covered area.
    """

    radius_range: Pair = span((0.03, 0.12), 0.0, 0.5, FRACTION)
    aspect_range: Pair = span((0.5, 1.0), 0.05, 1.0, "shorter by longer diameter")
    cover_range: Pair = span((0.35, 0.6), 0.05, 0.95, "covered share of the ellipse")
    raggedness_range: Pair = span((0.3, 0.7), 0.0, 1.0, "0 is an ellipse, 1 scattered islands")
    gain_range: Pair = span((0.4, 0.65), 0.0, 1.0, "amplitude of an octave relative to the coarser one")
    softness_range: Pair = span((0.0, 0.5), 0.0, 1.0, "0 is sharp")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnFractal:
        """Return a random cloud."""
        radius, aspect, cover, ragged, gain, soft = rng.random(6).tolist()
        return DrawnFractal(
            x=place.x,
            y=place.y,
            angle=place.angle,
            radius=max(between(self.radius_range, radius) * scene.side, 0.75),
            aspect=between(self.aspect_range, aspect),
            cover=between(self.cover_range, cover),
            raggedness=between(self.raggedness_range, ragged),
            gain=between(self.gain_range, gain),
            softness=between(self.softness_range, soft),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnFractal(DrawnShape):
    """Cloud; centre and longer half axis in pixels, angle of that axis in radians, seed of the noise."""

    x: float
    y: float
    angle: float
    radius: float
    aspect: float
    cover: float
    raggedness: float
    gain: float
    softness: float
    seed: int

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        field, threshold, width = self._field()
        cell = max(1, round(2 * self.radius)) / field.shape[0]
        column, row, columns, rows = cv2.boundingRect((field > threshold - 0.5 * width).view(np.uint8))
        column, row, columns, rows = column - 1, row - 1, columns + 2, rows + 2  # the cells around it are empty
        left = round(self.x - self.radius + column * cell)
        top = round(self.y - self.radius + row * cell)
        right, bottom = left + max(1, round(columns * cell)), top + max(1, round(rows * cell))
        box = clip_box(left - margin, top - margin, right - 1 + margin, bottom - 1 + margin, size=size)
        if box is None:
            return None
        fine = cv2.resize(
            field[row : row + rows, column : column + columns],
            (right - left, bottom - top),
            interpolation=cv2.INTER_CUBIC,
        )
        shown = Box(max(left, box.x0), max(top, box.y0), min(right, box.x1), min(bottom, box.y1))
        canvas = np.zeros(box.shape, np.float32)
        if shown.x1 > shown.x0 and shown.y1 > shown.y0:
            fine = fine[shown.y0 - top : shown.y1 - top, shown.x0 - left : shown.x1 - left]
            canvas[shown.y0 - box.y0 : shown.y1 - box.y0, shown.x0 - box.x0 : shown.x1 - box.x0] = np.clip(
                (fine - np.float32(threshold)) * np.float32(1 / width) + np.float32(0.5), 0.0, 1.0
            )
        return Layer(box, canvas)

    def _field(self) -> tuple[Floats, float, float]:
        """Return the noise on a square grid over the ellipse, the threshold and the width of the soft edge."""
        wanted = math.log2(2 * self.radius / (FINEST_CELL * BASE_CELLS)) + 1.0
        octaves = int(min(max(wanted, MIN_OCTAVES), MAX_OCTAVES))
        noise = fractal_noise(self.seed, octaves=octaves, gain=self.gain)
        side = noise.shape[0]
        axis = (np.arange(side, dtype=np.float32) + np.float32(0.5)) * np.float32(2 / side) - np.float32(1)
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        along = axis * np.float32(cos) + axis[:, None] * np.float32(sin)
        across = (axis[:, None] * np.float32(cos) - axis * np.float32(sin)) * np.float32(
            1 / max(self.aspect, 2.0 / side)
        )
        distance = along * along + across * across
        field = np.float32(self.raggedness) * noise - np.float32(2.0 - self.raggedness) * distance
        beyond = np.maximum(distance - np.float32(FADE_START), np.float32(0))
        field -= np.float32(FADE_DEPTH / (1 - FADE_START) ** 2) * beyond * beyond
        within = distance < 1.0
        values = np.sort(field[within], axis=None)
        threshold = float(values[int((1.0 - self.cover) * (values.size - 1))])
        steps = np.abs(np.diff(field, axis=1))[within[:, 1:]]  # outside the ellipse the field is steeper
        slope = float(steps.mean()) * side / (2 * self.radius) if steps.size else 0.0  # per pixel
        width = max(self.softness * float(values[-1] - threshold), slope, 1e-3)
        for border in (field[0], field[-1], field[:, 0], field[:, -1]):
            np.minimum(border, np.float32(threshold - width), out=border)
        return field, threshold, width
