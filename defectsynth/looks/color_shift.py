"""The surface itself in another colour: moved in a space where equal steps look equal."""

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

SHIFTS: dict[str, tuple[Pair, Pair, Pair]] = {  # of CIELAB: lightness, green to red, blue to yellow
    "burn": ((-45.0, -18.0), (1.0, 9.0), (2.0, 16.0)),
    "rust": ((-28.0, -8.0), (12.0, 28.0), (18.0, 40.0)),
    "bleach": ((10.0, 30.0), (-6.0, 2.0), (-6.0, 4.0)),
    "yellowing": ((-10.0, -2.0), (0.0, 6.0), (14.0, 34.0)),
    "tarnish": ((-24.0, -8.0), (-2.0, 10.0), (-26.0, -8.0)),
    "verdigris": ((-10.0, 8.0), (-26.0, -12.0), (-4.0, 12.0)),
    "dirt": ((-26.0, -9.0), (-1.0, 4.0), (0.0, 10.0)),
}
LEAST = 7.0  # change of lightness that a shift without room, or without colour, is mirrored or raised to
DULLEST = 0.25  # share of a change of colour that is left on black
TABLE = 1025  # gray levels whose lightness is tabulated


@dataclass(frozen=True)
class ColorShift(Look):
    """The surface in another colour, its texture kept: burnt, rusted, bleached, yellowed, tarnished, dirty.

    Args:
        shifts: families of changes; each draw takes one: burn, rust, bleach, yellowing, tarnish, verdigris, dirt.
        amount_range: how much of the family's change, in [0, 2].

    References:
        CIE 15, "Colorimetry" (CIELAB). Pictures count as sRGB; gray ones, and those that have not 1 or 3 channels, move
        in lightness only.
    """

    shifts: tuple[str, ...] = choices(("burn", "rust", "bleach"), *SHIFTS)
    amount_range: Pair = span((0.7, 1.2), 0.0, 2.0, "share of the family's change")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnColorShift:
        """Return a change; towards light where the surface is too dark to get darker, and the other way round."""
        choice, amount, *shares = rng.random(5).tolist()
        family = SHIFTS[self.shifts[int(choice * len(self.shifts))]]
        lightness, red, yellow = (between(pair, share) for pair, share in zip(family, shares, strict=True))
        here = scene.color_at(place.x, place.y)
        gray = scene.monochrome or scene.channels != 3
        light = float(np.interp(here.mean(), *_lightness_table()))
        if gray and abs(lightness) < LEAST:
            lightness = LEAST if lightness > 0 else -LEAST
        if not -0.8 * light <= lightness <= 100.0 - light:
            lightness = -lightness
        strength = between(self.amount_range, amount)
        colourful = min(DULLEST + (light + lightness) / 100.0, 1.0)  # what is dark shows little colour
        return DrawnColorShift(
            lightness=strength * lightness,
            red=0.0 if gray else strength * colourful * red,
            yellow=0.0 if gray else strength * colourful * yellow,
        )


@dataclass(frozen=True)
class DrawnColorShift(DrawnLook):
    """Change of CIELAB's L, a and b; a picture that has not 3 channels, or equal ones, moves in L only."""

    lightness: float
    red: float
    yellow: float

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the surface in its new colour."""
        if self.red == self.yellow == 0.0 or surface.shape[0] != 3:
            grays, lightness = _lightness_table()
            light = np.interp(surface, grays, lightness) + self.lightness
            return np.interp(light, lightness, grays).astype(np.float32), layer.alpha
        lab = cv2.cvtColor(cv2.merge(list(surface)), cv2.COLOR_RGB2Lab)
        lab = cv2.add(lab, (self.lightness, self.red, self.yellow, 0.0))
        return split_channels(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)), layer.alpha


@lru_cache(maxsize=1)
def _lightness_table() -> tuple[Floats, Floats]:
    """Return gray levels in [0, 1] and their lightness in [0, 100], float64 (TABLE,) each."""
    grays = np.linspace(0.0, 1.0, TABLE)
    linear = np.where(grays <= 0.04045, grays / 12.92, ((grays + 0.055) / 1.055) ** 2.4)
    return grays, np.where(linear <= 216 / 24389, linear * 24389 / 27, 116 * np.cbrt(linear) - 16)
