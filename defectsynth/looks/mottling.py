"""The surface of another variety: another ground colour, its specks gone, other specks on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Box, Layer
from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, choices, count, span, whole_between
from defectsynth.functional.raster import SUBPIXEL
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.looks.color import PALETTES, Color
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

PATTERNS = ("plain", "dots", "grain")
GROUND = 20  # cells along the longer side on which the ground colour is found
FAINT = np.float32(0.03)  # difference between the channels from which on something is a speck
COLOURFUL = np.float32(20.0)  # how fast a greater one counts
FINEST = 1.5  # pixels of a grain
RINGED = 0.6  # share of the dots whose rim is darker than their middle
SAMPLES = 320  # most places along a side at which the change is computed


@dataclass(frozen=True)
class Mottling(Look):
    """The surface of another variety of the same thing: relief and shading stay, colour and specks are others.

    Args:
        patterns: plain (no specks), dots (round, often with a darker rim), grain (fine and dense); each draw takes one.
        fade_range: share of the specks of another hue that goes, in [0, 1].
        tint_range: change of the ground in red, green and blue, each drawn by itself, in [-0.5, 0.5], share.
        palettes: families of colours of the specks, any of any, gray, dark, light, rust, red, yellow, blue.
        size_range: radius of a dot, or size of a grain, in [0, 0.1], fraction of min(H, W).
        dots_range: number of dots, in [1, 400].
        cover_range: share of the surface that grain covers, in [0, 0.9].
        strength_range: opacity of the specks, in [0, 1].
    """

    patterns: tuple[str, ...] = choices(PATTERNS, *PATTERNS)
    fade_range: Pair = span((0.8, 1.0), 0.0, 1.0, "share that goes")
    tint_range: Pair = span((-0.1, 0.1), -0.5, 0.5, "share of each colour")
    palettes: tuple[str, ...] = choices(("rust", "yellow", "gray", "blue"), *PALETTES)
    size_range: Pair = span((0.004, 0.02), 0.0, 0.1, FRACTION)
    dots_range: IntPair = count((12, 50), 1, 400, "dots")
    cover_range: Pair = span((0.15, 0.5), 0.0, 0.9, "share of the surface")
    strength_range: Pair = span((0.4, 0.8), 0.0, 1.0, "opacity of the specks")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnMottling:
        """Return a ground and specks that stand out from it."""
        choice, fade, size, dots, cover, strength, *tint = rng.random(9).tolist()
        gains = tuple(between(self.tint_range, share) for share in tint)
        gray = scene.monochrome or scene.channels != 3
        return DrawnMottling(
            pattern=self.patterns[int(choice * len(self.patterns))],
            fade=between(self.fade_range, fade),
            gains=(gains[0],) * 3 if gray else gains,
            color=Color(palettes=self.palettes).sample(rng, scene, place).values,
            size=max(between(self.size_range, size) * scene.side, FINEST),
            dots=whole_between(self.dots_range, dots),
            cover=between(self.cover_range, cover),
            strength=between(self.strength_range, strength),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnMottling(DrawnLook):
    """Pattern, share of old specks gone, gain of each colour, colour, size in pixels, number and share of new ones."""

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
        """Return the surface of the other variety: each pixel times what it changes by on a small copy."""
        scale = min(1.0, SAMPLES / max(layer.box.shape))
        cells = (max(1, round(layer.box.shape[0] * scale)), max(1, round(layer.box.shape[1] * scale)))
        small = surface if scale == 1.0 else np.stack([_resized(plane, cells, cv2.INTER_AREA) for plane in surface])
        inside = self._inside(layer.box, cells, scene)
        fades = self.fade > 0.0 and len(small) == 3 and not scene.monochrome
        gain = self._without_specks(small, inside) if fades else np.ones_like(small)
        gain *= 1.0 + np.resize(np.array(self.gains, np.float32), len(small))[:, None, None]
        if self.pattern != "plain":
            specks = self._dots(cells, scale) if self.pattern == "dots" else self._grain(cells, scale)
            level = np.einsum("chw,hw->c", small, inside) / np.float32(max(float(inside.sum()), 1e-6))
            colour = np.resize(np.array(self.color, np.float32), len(small))
            towards = np.clip(colour / np.maximum(level, np.float32(0.05)) - 1.0, -1.0, np.float32(1.5))
            gain *= 1.0 + towards[:, None, None] * specks  # the shading of the surface stays under the colour
        if scale < 1.0:
            gain = np.stack([_resized(change, layer.box.shape, cv2.INTER_LINEAR) for change in gain])
        gain *= surface
        return gain, layer.alpha

    def _inside(self, box: Box, cells: tuple[int, int], scene: Scene) -> Floats:
        """Return where the object is, away from its outline, float32 (h, w) of 0 and 1."""
        found = scene.foreground("auto")
        inner = cv2.erode(found.cells, np.ones((3, 3), np.uint8)).reshape(found.cells.shape)
        y = (box.y0 + (np.arange(cells[0]) + 0.5) * box.shape[0] / cells[0]) / found.step[1]
        x = (box.x0 + (np.arange(cells[1]) + 0.5) * box.shape[1] / cells[1]) / found.step[0]
        rows, columns = (
            np.minimum(place.astype(np.intp), side - 1) for place, side in zip((y, x), inner.shape, strict=True)
        )
        return (inner > 0).astype(np.float32).take(rows, axis=0).take(columns, axis=1)

    def _without_specks(self, small: Floats, inside: Floats) -> Floats:
        """Return the gain that brings what is of another hue than its surroundings to their colour."""
        shape = inside.shape
        less = (max(1, shape[0] // 2), max(1, shape[1] // 2))
        reduced = np.stack([_resized(plane, less, cv2.INTER_AREA) for plane in small])
        _, share = _specks(reduced, _resized(inside, less, cv2.INTER_AREA))
        share = _resized(share, shape, cv2.INTER_LINEAR)
        ratio, share = _specks(small, inside * (np.float32(1.0) - share))  # without the specks found the first time
        reach = 2 * round(0.004 * min(shape)) + 3
        grown = cv2.dilate(share, np.ones((reach, reach), np.uint8))
        gone = cv2.max(share, cv2.blur(grown, (3, 3)).reshape(shape)).reshape(shape)
        gone *= inside
        gone *= np.float32(self.fade)
        gain = np.divide(np.float32(1.0), np.clip(ratio, 0.05, np.inf, out=ratio), out=ratio)
        gain -= np.float32(1.0)
        gain *= gone
        gain += np.float32(1.0)
        return np.clip(gain, 0.2, 5.0, out=gain)

    def _dots(self, cells: tuple[int, int], scale: float) -> Floats:
        """Return round specks, many with a darker rim, float32 (h, w)."""
        rng = np.random.default_rng(self.seed)
        canvas = np.zeros(cells, np.uint8)
        x, y, smaller, ringed, strength = rng.random((5, self.dots)).tolist()
        for index in range(self.dots):
            centre = (round(x[index] * cells[1] * 2**SUBPIXEL), round(y[index] * cells[0] * 2**SUBPIXEL))
            radius = scale * self.size * (0.35 + 0.65 * smaller[index]) * 2**SUBPIXEL
            full = int(255 * (0.5 + 0.5 * strength[index]))
            cv2.circle(canvas, centre, round(radius), (full,), -1, cv2.LINE_AA, SUBPIXEL)
            if ringed[index] < RINGED:
                cv2.circle(canvas, centre, round(0.55 * radius), (int(0.55 * full),), -1, cv2.LINE_AA, SUBPIXEL)
        return cv2.blur(canvas, (3, 3)).reshape(cells) * np.float32(self.strength / 255.0)

    def _grain(self, cells: tuple[int, int], scale: float) -> Floats:
        """Return fine dense specks, float32 (h, w), denser in some places than in others."""
        rng = np.random.default_rng(self.seed)
        octaves = []
        for size, share in ((self.size * scale, 0.75), (2.5 * self.size * scale, 0.5), (0.25 * max(cells), 0.35)):
            lattice = tuple(max(2, math.ceil(side / max(size, 1.0))) for side in cells)
            octaves.append(rng.standard_normal(lattice, dtype=np.float32) * np.float32(share))
        fine, middle, coarse = octaves
        noise = _resized(coarse, middle.shape, cv2.INTER_CUBIC) + middle
        noise = _resized(_resized(noise, fine.shape, cv2.INTER_CUBIC) + fine, cells, cv2.INTER_CUBIC)
        some = noise[::2, ::2].ravel()
        rank = int((1.0 - self.cover) * (some.size - 1))
        noise -= np.partition(some, rank)[rank]
        noise *= np.float32(1.4)
        return np.clip(noise, 0.0, 1.0, out=noise) * np.float32(self.strength)


def _specks(small: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return what is seen (3, h, w) as a share of the colour around it, weighted, and how far it is a speck (h, w)."""
    shape = weight.shape
    cell = -(-max(shape) // GROUND)
    coarse = (-(-shape[0] // cell), -(-shape[1] // cell))  # whole cells: cv2 shrinks by whole numbers fastest
    padded = np.zeros((coarse[0] * cell, coarse[1] * cell), np.float32)
    here = padded[: shape[0], : shape[1]]
    here[:] = weight
    known = cv2.blur(_resized(padded, coarse, cv2.INTER_AREA), (3, 3)).reshape(coarse) + np.float32(1e-3)
    ratio = np.empty_like(small)
    for plane, beside in zip(small, ratio, strict=True):
        np.multiply(plane, weight, out=here)
        even = cv2.blur(_resized(padded, coarse, cv2.INTER_AREA), (3, 3)).reshape(coarse) / known
        wide = _resized(np.maximum(even, np.float32(0.02)), padded.shape, cv2.INTER_LINEAR)
        np.divide(plane, wide[: shape[0], : shape[1]], out=beside)  # shading is the same in every channel
    first, second, third = ratio
    share = np.maximum(np.maximum(first, second), third)
    share -= np.minimum(np.minimum(first, second), third)
    share -= FAINT
    share *= COLOURFUL
    return ratio, np.clip(share, 0.0, 1.0, out=share)


def _resized(plane: Floats, shape: tuple[int, int], interpolation: int) -> Floats:
    """Return float32 (h, w) of another size."""
    return cv2.resize(plane, shape[::-1], interpolation=interpolation).reshape(shape)
