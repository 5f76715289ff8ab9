"""A fracture surface: flat facets, each tilted differently, some of which mirror the light."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Number, Pair, between, span
from defectsynth.functional.noise import fractal_noise
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

MIN_FACET_SIZE = 3.0  # pixels
MAX_GRID_SIDE = 320  # samples along the longer side; larger facets are computed on a smaller grid and enlarged
MAX_FACETS = 160
MAX_STRETCH = 8.0  # length of a facet relative to its width
SHADING_GAIN = np.float32(1.6)  # share of the brightness lost per unit of negative shading
NOISE_OCTAVES = 6  # of the noise that distorts the borders and modulates the reflections
BORDER_WAVINESS = 0.12  # displacement of a border relative to the size of a facet
REFLECTION_LOSS = (0.0, 0.02, 0.14)  # share of red, green and blue that a mirroring facet absorbs: a warm white


@dataclass(frozen=True)
class FractureFacets(Look):
    """Flat facets, as in a fracture of glass, shell or coating, each tilted and lit differently.

    The texture of the surface is gone. Some facets mirror the light, and a thin line separates neighbouring facets.

    Args:
        facet_range: size of a facet, in [0, 0.5], fraction of min(H, W).
        stretch_range: length of a facet along the defect relative to its width, in [1, 8].
        contrast_range: standard deviation of the brightness of facets, in [0, 1].
        level_range: change of brightness of all facets, in [-1, 1].
        shine_range: share of the facets that mirror the light, in [0, 1].
        ridge_range: brightness of the lines between facets, in [0, 1].
        texture_range: share of the surface's texture that is left, in [0, 1].

    References:
        G. Voronoi, "Nouvelles applications des parametres continus", Crelle 134, 1908: a facet is the region nearest to
        one of a set of points. Here the borders are distorted by noise.
    """

    facet_range: Pair = span((0.02, 0.06), 0.0, 0.5, FRACTION)
    stretch_range: Pair = span((1.0, 3.0), 1.0, MAX_STRETCH, "length relative to width")
    contrast_range: Pair = span((0.05, 0.15), 0.0, 1.0, "standard deviation of the brightness of facets")
    level_range: Pair = span((-0.1, 0.1), -1.0, 1.0, "change of brightness of all facets")
    shine_range: Pair = span((0.0, 0.15), 0.0, 1.0, "share of the facets that mirror the light")
    ridge_range: Pair = span((0.0, 0.2), 0.0, 1.0, "brightness of the lines between facets")
    texture_range: Pair = span((0.0, 0.2), 0.0, 1.0, "share of the surface's texture that is left")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnFractureFacets:
        """Return facets along the direction of the place."""
        facet, stretch, contrast, level, shine, ridge, texture = rng.random(7).tolist()
        return DrawnFractureFacets(
            angle=place.angle,
            cell=max(between(self.facet_range, facet) * scene.side, MIN_FACET_SIZE),
            stretch=between(self.stretch_range, stretch),
            contrast=between(self.contrast_range, contrast),
            level=between(self.level_range, level),
            shine=between(self.shine_range, shine),
            ridge=between(self.ridge_range, ridge),
            texture=between(self.texture_range, texture),
            line=0.003 * scene.side,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnFractureFacets(DrawnLook):
    """Direction in radians, size of a facet and width of a line in pixels, brightnesses, seed of the facets."""

    angle: float
    cell: float
    stretch: float = field(metadata={"rule": Number(1.0, MAX_STRETCH, "length relative to width")})
    contrast: float
    level: float
    shine: float
    ridge: float
    texture: float
    line: float
    seed: int

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the facets in the mean colour of the surface."""
        weight = max(float(layer.alpha.sum()), 1e-6)
        mean = np.einsum("chw,hw->c", surface, layer.alpha) / np.float32(weight)
        lit, reflection = self._light(layer.box.shape)
        diffuse = 1.0 - reflection
        shade = (1.0 + SHADING_GAIN * np.minimum(lit, 0.0)) * diffuse
        lit = np.maximum(lit, 0.0) * diffuse
        colored = surface.shape[0] == 3 and not scene.monochrome
        white = 1.0 - (np.array(REFLECTION_LOSS, np.float32) if colored else np.zeros(surface.shape[0], np.float32))
        base = (1.0 - self.texture) * mean
        pixels = np.empty_like(surface)
        size = layer.box.shape[::-1]
        for target, own, mirrored in zip(pixels, base.tolist(), white.tolist(), strict=True):
            plane = target if shade.shape == target.shape else np.empty_like(shade)
            np.multiply(shade, own, out=plane)
            plane += lit
            plane += reflection if mirrored == 1.0 else reflection * mirrored
            if plane is not target:
                cv2.resize(plane, size, dst=target)
        if self.texture:
            share = shade if shade.shape == layer.box.shape else cv2.resize(shade, size)
            share = np.float32(self.texture) * share
            for index, original in enumerate(surface):
                pixels[index] += original * share
        return pixels, layer.alpha

    def _light(self, shape: tuple[int, int]) -> tuple[Floats, Floats]:
        """Return the change of brightness and the share of mirrored light, float32 of `shape` or a smaller one each."""
        scale = min(1.0, MAX_GRID_SIDE / max(shape))
        noise = self._noise((max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))))
        brightness, shining, ridges = self._facets(noise, self.cell * scale, max(round(self.line * scale), 1))
        reflection = shining * np.clip(np.float32(0.75) + np.float32(0.7) * noise, 0.0, 1.0)
        reflection = np.maximum(reflection, np.float32(self.ridge) * ridges)
        return brightness + np.float32(0.3 * self.contrast) * noise, reflection

    def _facets(self, noise: Floats, cell: float, line: int) -> tuple[Floats, Floats, Floats]:
        """Return the change of brightness, the share of mirrored light and the border lines, float32 (h, w) each."""
        shape, rng = noise.shape, np.random.default_rng(self.seed)
        points = self._points(rng, shape, cell)
        labels = _nearest_point(points, noise, BORDER_WAVINESS * cell)
        number = len(points)
        level = rng.standard_normal(number, dtype=np.float32) * np.float32(self.contrast) + np.float32(self.level)
        tilt = rng.standard_normal((2, number), dtype=np.float32) * np.float32(self.contrast / cell)
        centres = points.astype(np.float32)
        level -= tilt[0] * centres[:, 1] + tilt[1] * centres[:, 0]
        y, x = np.arange(shape[0], dtype=np.float32)[:, None], np.arange(shape[1], dtype=np.float32)
        brightness = _of_facet(level, labels) + _of_facet(tilt[0], labels) * x + _of_facet(tilt[1], labels) * y
        lamp = points[int(rng.integers(number))]  # the facets that mirror the lamp lie around one point
        distance = np.hypot(*(points - lamp).T) / cell + rng.uniform(0.0, 3.0, number)
        shining = np.zeros(number, np.float32)
        brightest = np.argsort(distance)[: round(self.shine * number + rng.random() - 0.5)]
        shining[brightest] = rng.uniform(0.5, 1.0, len(brightest))
        edge = rng.random(number).astype(np.float32) ** 2
        borders = np.zeros(shape, np.float32)
        borders[:, 1:] = labels[:, 1:] != labels[:, :-1]
        borders[1:] = np.maximum(borders[1:], labels[1:] != labels[:-1])
        if line > 1:
            borders = cv2.dilate(borders, np.ones((line, line), np.uint8)).reshape(shape)
        soft = 2 * (line // 2) + 3  # neighbouring facets blend over the width of a line
        bright, mirrored = (
            cv2.blur(plane, (soft, soft)).reshape(shape) for plane in (brightness, _of_facet(shining, labels))
        )
        return bright, mirrored, borders * _of_facet(edge, labels)

    def _points(self, rng: np.random.Generator, shape: tuple[int, ...], cell: float) -> Array:
        """Return the centres of facets, a jittered grid: int (N, 2), row and column."""
        cos, sin, reach = math.cos(self.angle), math.sin(self.angle), 0.5 * math.hypot(*shape)
        columns, rows = 2 * reach / (cell * self.stretch), 2 * reach / cell
        fewer = min(1.0, math.sqrt(MAX_FACETS / (columns * rows)))
        columns, rows = max(2, round(columns * fewer)), max(2, round(rows * fewer))
        u, v = rng.random((2, rows, columns))
        along = (2 * (np.arange(columns) + u) / columns - 1) * reach
        across = (2 * (np.arange(rows)[:, None] + v) / rows - 1) * reach
        x, y = along * cos - across * sin + 0.5 * shape[1], along * sin + across * cos + 0.5 * shape[0]
        inside = (x >= 0) & (x < shape[1]) & (y >= 0) & (y < shape[0])
        places = np.unique(y[inside].astype(np.intp) * shape[1] + x[inside].astype(np.intp))
        places = places if len(places) else np.array([shape[0] // 2 * shape[1] + shape[1] // 2])
        return np.stack(np.divmod(places, shape[1]), axis=1)

    def _noise(self, shape: tuple[int, int]) -> Floats:
        """Return rough noise, float32 (h, w), standard deviation about 1."""
        cells = fractal_noise(self.seed + 1, octaves=NOISE_OCTAVES, gain=0.85)
        side = max(shape)
        return cv2.resize(cells, (side, side), interpolation=cv2.INTER_LINEAR)[: shape[0], : shape[1]]


def _of_facet(values: Floats, labels: Bytes) -> Floats:
    """Return the value (N,) of the facet of each pixel, float32 (h, w); a table of 256 is faster than an index."""
    table = np.zeros((1, 256), np.float32)
    table[0, : len(values)] = values
    return cv2.LUT(labels, table).reshape(labels.shape)


def _nearest_point(points: Array, noise: Floats, wave: float) -> Bytes:
    """Return the index of the point nearest to each pixel, uint8 (h, w); noise displaces borders by `wave` pixels.

    There are fewer than 256 points: `MAX_FACETS` and what rounding adds.
    """
    shape = noise.shape
    seeds = np.full(shape, 255, np.uint8)
    seeds[points[:, 0], points[:, 1]] = 0
    labels = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    labels = labels.reshape(shape).astype(np.uint8)
    order = np.zeros((1, 256), np.uint8)
    order[0, labels[points[:, 0], points[:, 1]]] = np.arange(len(points))
    shift = np.float32(wave) * cv2.blur(noise, (3, 3)).reshape(shape)
    y, x = np.arange(shape[0], dtype=np.float32)[:, None] - shift, np.arange(shape[1], dtype=np.float32) + shift
    nearest = cv2.LUT(labels, order)
    return cv2.remap(nearest, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE).reshape(shape)
