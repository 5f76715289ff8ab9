"""The surface itself in another colour: a shift in CIELAB, a perceptually uniform colour space."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from defectsynth.core.arrays import Floats, split_channels
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import Pair, between, choices, span
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

SHIFTS: dict[str, tuple[Pair, Pair, Pair]] = {  # ranges of the shift of L, a (green to red) and b (blue to yellow)
    "burn": ((-45.0, -18.0), (1.0, 9.0), (2.0, 16.0)),
    "rust": ((-28.0, -8.0), (12.0, 28.0), (18.0, 40.0)),
    "bleach": ((10.0, 30.0), (-6.0, 2.0), (-6.0, 4.0)),
    "yellowing": ((-10.0, -2.0), (0.0, 6.0), (14.0, 34.0)),
    "tarnish": ((-24.0, -8.0), (-2.0, 10.0), (-26.0, -8.0)),
    "verdigris": ((-10.0, 8.0), (-26.0, -12.0), (-4.0, 12.0)),
    "dirt": ((-26.0, -9.0), (-1.0, 4.0), (0.0, 10.0)),
    "ash": ((-28.0, -12.0), (0.0, 5.0), (-10.0, -3.0)),
}
MIN_LIGHTNESS_SHIFT = 7.0  # least change of L in a gray image, where the shift of colour cannot be seen
MIN_CHROMA_SHARE = 0.25  # share of the shift of a and b that is applied to black
TABLE_SIZE = 1025  # number of gray levels whose lightness is tabulated
BYTE_LEVELS = np.arange(256, dtype=np.float32)[None] * np.float32(1.0 / 255.0)  # of the pixels of an 8-bit image


@dataclass(frozen=True)
class ColorShift(Look):
    """The surface in another colour, its texture kept: burnt, rusted, bleached, yellowed, tarnished, dirty.

    Args:
        shifts: families of shifts, of which each draw takes one: burn, rust, bleach, yellowing, tarnish, verdigris,
            dirt, ash.
        amount_range: factor on the drawn shift, in [0, 2].

    References:
        CIE 15, "Colorimetry" (CIELAB). Images are taken as sRGB. Gray images, and those without exactly 3 channels,
        change in lightness only.
    """

    shifts: tuple[str, ...] = choices(("burn", "rust", "bleach"), *SHIFTS)
    amount_range: Pair = span((0.7, 1.2), 0.0, 2.0, "factor on the drawn shift")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnColorShift:
        """Return a shift; its lightness changes sign where the surface is too dark or too bright for it."""
        choice, amount, *shares = rng.random(5).tolist()
        family = SHIFTS[self.shifts[int(choice * len(self.shifts))]]
        lightness, red, yellow = (between(pair, share) for pair, share in zip(family, shares, strict=True))
        here = scene.color_at(place.x, place.y)
        gray = scene.monochrome or scene.channels != 3
        light = float(np.interp(here.mean(), *_lightness_table()))
        if gray and abs(lightness) < MIN_LIGHTNESS_SHIFT:
            lightness = MIN_LIGHTNESS_SHIFT if lightness > 0 else -MIN_LIGHTNESS_SHIFT
        if not -0.8 * light <= lightness <= 100.0 - light:
            lightness = -lightness
        strength = between(self.amount_range, amount)
        chroma = min(MIN_CHROMA_SHARE + (light + lightness) / 100.0, 1.0)  # dark surfaces show little colour
        return DrawnColorShift(
            lightness=strength * lightness,
            red=0.0 if gray else strength * chroma * red,
            yellow=0.0 if gray else strength * chroma * yellow,
        )


@dataclass(frozen=True)
class DrawnColorShift(DrawnLook):
    """Shift of CIELAB's L, a and b; gray images, and those without exactly 3 channels, change in L only."""

    lightness: float
    red: float
    yellow: float

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the surface in the shifted colour."""
        if self.red == self.yellow == 0.0 or surface.shape[0] != 3:
            return self._shifted(surface), layer.alpha
        lab = cv2.cvtColor(cv2.merge(list(surface)), cv2.COLOR_RGB2Lab)
        lab = cv2.add(lab, (self.lightness, self.red, self.yellow, 0.0))
        return split_channels(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)), layer.alpha

    def _shifted(self, surface: Floats) -> Floats:
        """Return gray levels, float32 (C, h, w), with another lightness; those of 8 bits are looked up."""
        flat = surface.reshape(1, -1)
        bytes_of = cv2.convertScaleAbs(flat, alpha=255.0)
        if np.array_equal(cv2.LUT(bytes_of, BYTE_LEVELS), flat):
            return cv2.LUT(bytes_of, self._shifted_levels(BYTE_LEVELS)).reshape(surface.shape)
        return self._shifted_levels(surface)

    def _shifted_levels(self, levels: Floats) -> Floats:
        grays, lightness = _lightness_table()
        light = np.interp(levels, grays, lightness) + self.lightness
        return np.asarray(np.interp(light, lightness, grays).astype(np.float32))


@lru_cache(maxsize=1)
def _lightness_table() -> tuple[Floats, Floats]:
    """Return gray levels in [0, 1] and their lightness in [0, 100], float64 (TABLE_SIZE,) each."""
    grays = np.linspace(0.0, 1.0, TABLE_SIZE)
    linear = np.where(grays <= 0.04045, grays / 12.92, ((grays + 0.055) / 1.055) ** 2.4)
    return grays, np.where(linear <= 216 / 24389, linear * 24389 / 27, 116 * np.cbrt(linear) - 16)
