"""Pigment that has been rubbed onto a surface or has soaked into it, and follows its texture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, between, choices, span
from defectsynth.functional.rims import box_noise
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.looks.color import PALETTES, DrawnColor, draw_color
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

PIGMENTS = {**PALETTES, "ink": ((0.56, 0.72), (0.08, 0.35), (0.1, 0.28))}  # a bluish black
BARE_SHARES = (0.0, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
BARE_LEVELS = (-3.5, -2.05, -1.28, -0.67, 0.0, 0.67, 1.28, 3.0)  # quantiles of the normal distribution of these shares
CONTRAST = np.float32(1.6)  # change of the coverage per standard deviation around its edge
MIN_DEVIATION = 0.004  # standard deviation of a texture that pigment follows
TEXTURE_WINDOW = 0.012  # half size of the texture that it follows, fraction of min(H, W)


@dataclass(frozen=True)
class Pigment(Look):
    """Ink, dye, crayon, chalk, graphite or dust that catches on the texture of the surface.

    Args:
        palettes: families of colours, of which each draw takes one: any, gray, dark, light, metal, rust, red, yellow,
            blue, ink.
        tint_range: share of the surface's texture that shows through, in [0, 1]; 0 is opaque.
        bare_range: share of the surface that stays bare, in [0, 1].
        grain_range: size of a grain of pigment, in [0, 0.1], fraction of min(H, W).
        follow_range: how far pigment follows the texture, in [-1, 1]: on bright ridges (1), at random (0) or in dark
            pores (-1).
    """

    palettes: tuple[str, ...] = choices(("red", "blue", "dark", "ink"), *PIGMENTS)
    tint_range: Pair = span((0.3, 0.8), 0.0, 1.0, "share of the surface's texture that shows through")
    bare_range: Pair = span((0.0, 0.5), 0.0, 1.0, "share of the surface that stays bare")
    grain_range: Pair = span((0.001, 0.004), 0.0, 0.1, FRACTION)
    follow_range: Pair = span((-0.3, 0.7), -1.0, 1.0, "on bright ridges (1) or in dark pores (-1)")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnPigment:
        """Return pigment of a colour that differs from the surface."""
        tint, bare, grain, follow = rng.random(4).tolist()
        return DrawnPigment(
            color=DrawnColor(
                values=draw_color(self.palettes, rng, scene, place, table=PIGMENTS),
                tint=between(self.tint_range, tint),
            ),
            bare=between(self.bare_range, bare),
            grain=between(self.grain_range, grain) * scene.side,
            follow=between(self.follow_range, follow),
            reach=max(TEXTURE_WINDOW * scene.side, 1.0),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnPigment(DrawnLook):
    """A pigment with every number drawn.

    Attributes:
        color: its colour, and the share of the surface's texture that shows through.
        bare: share of the surface that stays bare.
        grain: size of a grain in pixels.
        follow: how far it follows the texture, in [-1, 1].
        reach: half size of the texture that it follows, in pixels.
        seed: of the grains.
    """

    color: DrawnColor
    bare: float
    grain: float
    follow: float
    reach: float
    seed: int

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the pigment, opaque only where it covers the surface."""
        pixels = surface * np.float32(self.color.tint)
        pixels += self.color.base_color(surface, layer)
        cover = self._grains(layer.box.shape) * np.float32(math.sqrt(1.0 - self.follow * self.follow))
        if self.follow:
            gray = cv2.blur(surface.mean(axis=0), (2, 2)).reshape(layer.box.shape)
            window = 2 * math.ceil(self.reach) + 1
            detail = gray - cv2.blur(gray, (window, window)).reshape(gray.shape)
            deviation = max(float(cv2.meanStdDev(detail)[1][0, 0]), MIN_DEVIATION)
            cover += detail * np.float32(self.follow / deviation)
        cover -= np.float32(np.interp(self.bare, BARE_SHARES, BARE_LEVELS))
        thin = layer.alpha * np.float32(2.0) - np.float32(1.0)  # at the soft edge pigment holds on the best places only
        cover += np.minimum(thin, 0.0) * np.float32(0.8)
        cover *= CONTRAST
        cover += np.float32(0.5)
        return pixels, np.clip(cover, 0.0, 1.0, out=cover) * layer.alpha

    def _grains(self, shape: tuple[int, int]) -> Floats:
        """Return the unevenness of the pigment: single grains and clouds of them, float32 (h, w)."""
        cells = [max(1, math.ceil(side / max(self.grain, 1.0))) for side in shape]
        fine = np.random.default_rng(self.seed).standard_normal(cells, dtype=np.float32)
        grains = cv2.resize(fine, shape[::-1], interpolation=cv2.INTER_LINEAR).reshape(shape)
        return np.float32(0.85) * grains + np.float32(0.5) * box_noise(shape, 6.0 * self.grain, self.seed)
