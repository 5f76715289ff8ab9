"""The surface of another variety of the same product: another base colour and other specks."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.cache import ByteCache, cached
from defectsynth.core.layer import Box, Layer
from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, choices, count, span, whole_between
from defectsynth.functional.raster import SUBPIXEL
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.looks.color import PALETTES, Color
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

PATTERNS = ("plain", "dots", "grain")
BASE_COLOR_CELLS = 20  # cells along the longer side in which the base colour is averaged
SPECK_CONTRAST = np.float32(0.03)  # difference between channels above which a pixel belongs to a speck
SPECK_GAIN = np.float32(20.0)  # membership in a speck per difference above that
MIN_SPECK_SIZE = 1.5  # pixels
RINGED_SHARE = 0.6  # share of the dots with a dark rim
SPECKS_BYTES = 32 << 20  # of the specks that are kept; of an object at 256 px some 500 kB
MAX_GRID_SIDE = 320  # samples along the longer side on which the change is computed


@dataclass(frozen=True)
class Mottling(Look):
    """The surface of another variety: relief and shading stay, base colour and specks change.

    Args:
        patterns: plain (no specks), dots (round, often with a dark rim) and grain (fine and dense), of which each draw
            takes one.
        fade_range: share of the contrast of coloured specks that is removed, in [0, 1].
        tint_range: relative change of red, green and blue of the base colour, drawn independently, in [-0.5, 0.5].
        palettes: families of colours of the specks, of which each draw takes one: any, gray, dark, light, metal, rust,
            red, yellow, blue.
        size_range: radius of a dot or size of a grain, in [0, 0.1], fraction of min(H, W).
        dots_range: number of dots, in [1, 400].
        cover_range: share of the surface that grain covers, in [0, 0.9].
        strength_range: opacity of the specks, in [0, 1].
    """

    patterns: tuple[str, ...] = choices(PATTERNS, *PATTERNS)
    fade_range: Pair = span((0.8, 1.0), 0.0, 1.0, "share of the contrast that is removed")
    tint_range: Pair = span((-0.1, 0.1), -0.5, 0.5, "relative change of each channel")
    palettes: tuple[str, ...] = choices(("rust", "yellow", "gray", "blue"), *PALETTES)
    size_range: Pair = span((0.004, 0.02), 0.0, 0.1, FRACTION)
    dots_range: IntPair = count((12, 50), 1, 400, "dots")
    cover_range: Pair = span((0.15, 0.5), 0.0, 0.9, "share of the surface")
    strength_range: Pair = span((0.4, 0.8), 0.0, 1.0, "opacity of the specks")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnMottling:
        """Return a base colour and specks of a colour that differs from the surface."""
        choice, fade, size, dots, cover, strength, *tint = rng.random(9).tolist()
        gains = tuple(between(self.tint_range, share) for share in tint)
        gray = scene.monochrome or scene.channels != 3
        return DrawnMottling(
            pattern=self.patterns[int(choice * len(self.patterns))],
            fade=between(self.fade_range, fade),
            gains=(gains[0],) * 3 if gray else gains,
            color=Color(palettes=self.palettes).sample(rng, scene, place).values,
            size=max(between(self.size_range, size) * scene.side, MIN_SPECK_SIZE),
            dots=whole_between(self.dots_range, dots),
            cover=between(self.cover_range, cover),
            strength=between(self.strength_range, strength),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnMottling(DrawnLook):
    """A change of variety with every number drawn.

    Attributes:
        pattern: plain, dots or grain.
        fade: share of the contrast of coloured specks that is removed.
        gains: relative change of each channel of the base colour.
        color: colour of the new specks.
        size: radius of a dot or size of a grain in pixels.
        dots: number of dots.
        cover: share of the surface that grain covers.
        strength: opacity of the new specks.
        seed: seed of the new specks.
    """

    pattern: str
    fade: float
    gains: tuple[float, ...]
    color: tuple[float, ...]
    size: float
    dots: int
    cover: float
    strength: float
    seed: int

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the surface of the other variety: the pixels times a gain that is computed on a small copy."""
        scale = min(1.0, MAX_GRID_SIDE / max(layer.box.shape))
        cells = (max(1, round(layer.box.shape[0] * scale)), max(1, round(layer.box.shape[1] * scale)))
        small = surface if scale == 1.0 else np.stack([_resized(plane, cells, cv2.INTER_AREA) for plane in surface])
        inside = self._inside(layer.box, cells, scene)
        fades = self.fade > 0.0 and len(small) == 3 and not scene.monochrome
        gain = self._without_specks(small, inside) if fades else np.ones_like(small)
        gain *= 1.0 + np.resize(np.array(self.gains, np.float32), len(small))[:, None, None]
        if self.pattern != "plain":
            specks = self._dots(cells, scale) if self.pattern == "dots" else self._grain(cells, scale)
            level = np.einsum("chw,hw->c", small, inside) / np.float32(max(float(inside.sum()), 1e-6))
            color = np.resize(np.array(self.color, np.float32), len(small))
            ratio = np.clip(color / np.maximum(level, np.float32(0.05)) - 1.0, -1.0, np.float32(1.5))
            gain *= 1.0 + ratio[:, None, None] * specks  # a gain keeps the shading of the surface
        if scale < 1.0:
            gain = np.stack([_resized(plane, layer.box.shape, cv2.INTER_LINEAR) for plane in gain])
        gain *= surface
        return gain, layer.alpha

    def _inside(self, box: Box, cells: tuple[int, int], scene: Scene) -> Floats:
        """Return the eroded mask of the object, float32 (h, w) of 0 and 1."""
        foreground = scene.foreground("auto")
        inner = cv2.erode(foreground.cells, np.ones((3, 3), np.uint8)).reshape(foreground.cells.shape)
        y = (box.y0 + (np.arange(cells[0]) + 0.5) * box.shape[0] / cells[0]) / foreground.step[1]
        x = (box.x0 + (np.arange(cells[1]) + 0.5) * box.shape[1] / cells[1]) / foreground.step[0]
        rows, columns = (
            np.minimum(place.astype(np.intp), side - 1) for place, side in zip((y, x), inner.shape, strict=True)
        )
        return (inner > 0).astype(np.float32).take(rows, axis=0).take(columns, axis=1)

    def _without_specks(self, small: Floats, inside: Floats) -> Floats:
        """Return the gain that changes specks of another hue to the base colour around them, float32 (3, h, w)."""
        excess, membership = _measure_specks(_Surface(small, inside))
        gain = excess * (membership * np.float32(self.fade))
        gain += np.float32(1.0)
        return np.clip(gain, 0.2, 5.0, out=gain)

    def _dots(self, cells: tuple[int, int], scale: float) -> Floats:
        """Return the opacity of round specks, many with a dark rim, float32 (h, w)."""
        rng = np.random.default_rng(self.seed)
        canvas = np.zeros(cells, np.uint8)
        x, y, smaller, ringed, strength = rng.random((5, self.dots)).tolist()
        for index in range(self.dots):
            centre = (round(x[index] * cells[1] * 2**SUBPIXEL), round(y[index] * cells[0] * 2**SUBPIXEL))
            radius = scale * self.size * (0.35 + 0.65 * smaller[index]) * 2**SUBPIXEL
            full = int(255 * (0.5 + 0.5 * strength[index]))
            cv2.circle(canvas, centre, round(radius), (full,), -1, cv2.LINE_AA, SUBPIXEL)
            if ringed[index] < RINGED_SHARE:
                cv2.circle(canvas, centre, round(0.55 * radius), (int(0.55 * full),), -1, cv2.LINE_AA, SUBPIXEL)
        return cv2.blur(canvas, (3, 3)).reshape(cells) * np.float32(self.strength / 255.0)

    def _grain(self, cells: tuple[int, int], scale: float) -> Floats:
        """Return the opacity of fine specks of varying density, float32 (h, w)."""
        rng = np.random.default_rng(self.seed)
        octaves = []
        for size, share in ((self.size * scale, 0.75), (2.5 * self.size * scale, 0.5), (0.25 * max(cells), 0.35)):
            lattice = tuple(max(2, math.ceil(side / max(size, 1.0))) for side in cells)
            octaves.append(rng.standard_normal(lattice, dtype=np.float32) * np.float32(share))
        fine, middle, coarse = octaves
        noise = _resized(coarse, middle.shape, cv2.INTER_CUBIC) + middle
        noise = _resized(_resized(noise, fine.shape, cv2.INTER_CUBIC) + fine, cells, cv2.INTER_CUBIC)
        sample = noise[::2, ::2].ravel()
        rank = int((1.0 - self.cover) * (sample.size - 1))
        noise -= np.partition(sample, rank)[rank]
        noise *= np.float32(1.4)
        return np.clip(noise, 0.0, 1.0, out=noise) * np.float32(self.strength)


@dataclass(frozen=True, eq=False)
class _Surface:
    """A surface on a small grid, float32 (3, h, w), and the mask of the object, float32 (h, w)."""

    small: Floats
    inside: Floats

    @cached_property
    def digest(self) -> tuple[Hashable, ...]:
        """Identity of the content in this process."""
        return self.small.shape, hash(self.small.tobytes()), hash(self.inside.tobytes())


SPECKS: ByteCache[tuple[Any]] = ByteCache(SPECKS_BYTES)


@cached(SPECKS)
def _measure_specks(surface: _Surface) -> tuple[Floats, Floats]:
    """Return the gain minus 1 to the base colour around each pixel (3, h, w), and membership in a speck (h, w).

    Kept, because the whole object is the same in every draw on an image.
    """
    small, inside, shape = surface.small, surface.inside, surface.inside.shape
    half = (max(1, shape[0] // 2), max(1, shape[1] // 2))
    reduced = np.stack([_resized(plane, half, cv2.INTER_AREA) for plane in small])
    _, share = _detect_specks(reduced, _resized(inside, half, cv2.INTER_AREA))
    share = _resized(share, shape, cv2.INTER_LINEAR)
    ratio, share = _detect_specks(small, inside * (np.float32(1.0) - share))  # ignores specks of the first pass
    reach = 2 * round(0.004 * min(shape)) + 3
    grown = cv2.dilate(share, np.ones((reach, reach), np.uint8))
    membership = cv2.max(share, cv2.blur(grown, (3, 3)).reshape(shape)).reshape(shape)
    membership *= inside
    excess = np.divide(np.float32(1.0), np.clip(ratio, 0.05, np.inf, out=ratio), out=ratio)
    excess -= np.float32(1.0)
    return excess, membership


def _detect_specks(small: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return pixels relative to the weighted mean colour around them (3, h, w), and membership in a speck (h, w)."""
    shape = weight.shape
    cell = -(-max(shape) // BASE_COLOR_CELLS)
    coarse = (-(-shape[0] // cell), -(-shape[1] // cell))  # whole cells: cv2 is fastest with whole factors
    padded = np.zeros((coarse[0] * cell, coarse[1] * cell), np.float32)
    here = padded[: shape[0], : shape[1]]
    here[:] = weight
    known = cv2.blur(_resized(padded, coarse, cv2.INTER_AREA), (3, 3)).reshape(coarse) + np.float32(1e-3)
    ratio = np.empty_like(small)
    for plane, relative in zip(small, ratio, strict=True):
        np.multiply(plane, weight, out=here)
        mean = cv2.blur(_resized(padded, coarse, cv2.INTER_AREA), (3, 3)).reshape(coarse) / known
        wide = _resized(np.maximum(mean, np.float32(0.02)), padded.shape, cv2.INTER_LINEAR)
        np.divide(plane, wide[: shape[0], : shape[1]], out=relative)  # shading is the same in every channel
    first, second, third = ratio
    share = np.maximum(np.maximum(first, second), third)
    share -= np.minimum(np.minimum(first, second), third)
    share -= SPECK_CONTRAST
    share *= SPECK_GAIN
    return ratio, np.clip(share, 0.0, 1.0, out=share)


def _resized(plane: Floats, shape: tuple[int, int], interpolation: int) -> Floats:
    """Return a plane resized to `shape` (h, w), float32."""
    return cv2.resize(plane, shape[::-1], interpolation=interpolation).reshape(shape)
