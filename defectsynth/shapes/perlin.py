"""Thresholded Perlin noise: from one blob to many islands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, Floats, threshold_mask
from defectsynth.core.layer import Box, Layer, clip_box
from defectsynth.core.parameters import (
    FRACTION,
    IntPair,
    Pair,
    between,
    count,
    number,
    radians_between,
    span,
    whole_between,
)
from defectsynth.functional.raster import Doubles, canvas_to_alpha
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape
from defectsynth.shapes.rectangle import fit_rectangle

MAX_SAMPLES = 256  # along the longer side at which the noise is computed; larger squares are interpolated
THRESHOLD_LEVEL = 128.0  # gray level of the threshold in the 8-bit noise
GATHER_RADIUS = 0.45  # squared, of half the square, within which `gather` raises the noise; it lowers it outside


@dataclass(frozen=True)
class Perlin(Shape):
    """Regions of Perlin noise above a threshold, sharp, inside a square that is moved to lie within the image.

    Args:
        extent_range: side of the square, in [0, 2], fraction of min(H, W), cut at the size of the image.
        octave_range: binary logarithm of the noise cells along each side, sampled separately, in [0, 7].
        threshold: in [-1, 1]; the noise lies between -1 and 1, half of it below 0.
        gather: bias that concentrates the regions in the middle of the square, in [0, 4]; 0 spreads them evenly.
        angle_range: rotation of the noise, in [-360, 360], degrees.
    """

    extent_range: Pair = span((0.12, 0.4), 0.0, 2.0, FRACTION)
    octave_range: IntPair = count((1, 3), 0, 7, "exponents of two")
    threshold: float = number(0.35, -1.0, 1.0, "of noise in [-1, 1]")
    gather: float = number(1.0, 0.0, 4.0, "of the noise")
    angle_range: Pair = span((-90.0, 90.0), -360.0, 360.0, "degrees")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnPerlin:
        """Return a random square of noise."""
        extent, across, down, turn = rng.random(4).tolist()
        side = between(self.extent_range, extent) * scene.side
        square = fit_rectangle(scene, place, width=min(side, scene.size[1]), height=min(side, scene.size[0]))
        return DrawnPerlin(
            x=square.x,
            y=square.y,
            width=square.width,
            height=square.height,
            columns=2 ** whole_between(self.octave_range, across),
            rows=2 ** whole_between(self.octave_range, down),
            turn=radians_between(self.angle_range, turn),
            threshold=self.threshold,
            gather=self.gather,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnPerlin(DrawnShape):
    """Perlin noise of `rows` by `columns` cells in `width` by `height` pixels around (x, y); `turn` in radians."""

    x: float
    y: float
    width: float
    height: float
    columns: int
    rows: int
    turn: float
    threshold: float
    gather: float
    seed: int

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer, cropped to the regions above the threshold."""
        x0, y0 = round(self.x - self.width / 2 + 0.5), round(self.y - self.height / 2 + 0.5)
        width, height = max(round(self.width), 1), max(round(self.height), 1)
        step = max(max(width, height) / MAX_SAMPLES, 1.0)
        level = self._level(max(round(height / step), 1), max(round(width / step), 1))
        left, top, across, down = cv2.boundingRect(threshold_mask(level, THRESHOLD_LEVEL))
        if not across:
            return None
        level = level[top : top + down, left : left + across]
        x, y = np.rint(np.array([left, left + across]) * step), np.rint(np.array([top, top + down]) * step)
        enlarged = (int(x[1] - x[0]), int(y[1] - y[0]))
        if enlarged != (across, down):
            level = cv2.resize(level, enlarged, interpolation=cv2.INTER_LINEAR)
        inner = Box(int(x0 + x[0]), int(y0 + y[0]), int(x0 + x[1]), int(y0 + y[1]))
        return _add_margin(threshold_mask(level, THRESHOLD_LEVEL), inner, size, margin)

    def _level(self, rows: int, columns: int) -> Bytes:
        """Return the noise, uint8 (rows, columns), shifted so that the threshold is `THRESHOLD_LEVEL`."""
        noise = self._noise(rows, columns)
        if self.gather > 0.0:
            x = np.linspace(-1, 1, columns, dtype=np.float32)
            y = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
            noise += np.float32(self.gather) * (np.float32(GATHER_RADIUS) - x * x - y * y)
        shift = THRESHOLD_LEVEL - 127.0 * self.threshold
        noise *= np.float32(127.0)
        noise += np.float32(shift)
        return np.clip(noise, 0, 255, out=noise).astype(np.uint8)

    def _noise(self, height: int, width: int) -> Floats:
        """Return Perlin noise, float32 (height, width), with `rows` x `columns` cells."""
        angle = np.random.default_rng(self.seed).uniform(0.0, 2 * math.pi, (self.rows + 1, self.columns + 1))
        column, x, fade_x = _positions(width, self.columns)
        row, y, fade_y = _positions(height, self.rows)
        cosine, y_left, y_right = np.cos(angle), np.sin(angle)[:, column], np.sin(angle)[:, column + 1]
        x_left, x_right = cosine[:, column] * x, cosine[:, column + 1] * (x - 1)
        along_x = (x_left + fade_x * (x_right - x_left)).astype(np.float32)
        along_y = (y_left + fade_x * (y_right - y_left)).astype(np.float32)
        y, fade_y = y.astype(np.float32)[:, None], fade_y.astype(np.float32)[:, None]
        upper, lower = along_y[row], along_y[row + 1]
        upper *= y
        upper += along_x[row]
        lower *= y - 1
        lower += along_x[row + 1]
        lower -= upper
        lower *= fade_y
        upper += lower
        upper *= np.float32(math.sqrt(2.0))
        noise = upper
        if self.turn == 0.0:
            return noise
        middle = ((width - 1) / 2, (height - 1) / 2)
        matrix = cv2.getRotationMatrix2D(middle, math.degrees(self.turn), 1.0)
        return cv2.warpAffine(noise, matrix, (width, height), borderMode=cv2.BORDER_REFLECT).reshape(noise.shape)


def _positions(number: int, cells: int) -> tuple[Doubles, Doubles, Doubles]:
    """Return the cell of each of `number` pixel centres, the position inside it in [0, 1) and its smoothstep weight."""
    along = (np.arange(number) + 0.5) * cells / number
    cell = np.minimum(along.astype(np.intp), cells - 1)
    inside = along - cell
    return cell, inside, inside**3 * (inside * (6 * inside - 15) + 10)


def _add_margin(inside: Bytes, inner: Box, size: tuple[int, int], margin: int) -> Layer | None:
    """Return a mask, uint8 (h, w) at the box `inner`, as a layer with an empty margin, clipped to the image."""
    box = clip_box(inner.x0 - margin, inner.y0 - margin, inner.x1 - 1 + margin, inner.y1 - 1 + margin, size=size)
    seen = clip_box(inner.x0, inner.y0, inner.x1 - 1, inner.y1 - 1, size=size)
    if box is None or seen is None:
        return None
    part = inside[seen.y0 - inner.y0 : seen.y1 - inner.y0, seen.x0 - inner.x0 : seen.x1 - inner.x0]
    if box != seen:
        whole = np.zeros(box.shape, np.uint8)
        whole[seen.y0 - box.y0 : seen.y1 - box.y0, seen.x0 - box.x0 : seen.x1 - box.x0] = part
        part = whole
    return Layer(box, canvas_to_alpha(part, 1.0), np.ascontiguousarray(part))
