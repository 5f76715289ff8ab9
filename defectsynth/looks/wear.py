"""A rubbed surface: print and engraving fade and smear, and a haze is left."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, between, span
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

SMEAR_COPIES = 6  # number of shifted copies that are averaged to a smear
BRIGHT_SURFACE = 0.5  # brightness of the surface above which the haze darkens it


@dataclass(frozen=True)
class Wear(Look):
    """A rubbed surface: detail fades towards its surroundings, smears in one direction and gets a haze.

    Args:
        fade_range: share of the detail that is lost, in [0, 1].
        detail_range: greatest size of a detail, in [0, 0.2], fraction of min(H, W).
        smear_range: length of the smear, in [0, 0.1], fraction of min(H, W).
        haze_range: change of brightness by the haze, in [0, 1]; it darkens bright surfaces and brightens dark ones.
    """

    fade_range: Pair = span((0.4, 0.9), 0.0, 1.0, "share of the detail that is lost")
    detail_range: Pair = span((0.04, 0.08), 0.0, 0.2, FRACTION)
    smear_range: Pair = span((0.0, 0.03), 0.0, 0.1, FRACTION)
    haze_range: Pair = span((0.05, 0.12), 0.0, 1.0, "change of brightness")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnWear:
        """Return wear whose haze can be seen on the surface."""
        fade, detail, smear, haze = rng.random(4).tolist()
        sign = -1.0 if scene.color_at(place.x, place.y).mean() > BRIGHT_SURFACE else 1.0
        return DrawnWear(
            angle=place.angle,
            fade=between(self.fade_range, fade),
            detail=between(self.detail_range, detail) * scene.side,
            smear=between(self.smear_range, smear) * scene.side,
            haze=sign * between(self.haze_range, haze),
        )


@dataclass(frozen=True)
class DrawnWear(DrawnLook):
    """Direction of the smear in radians, share of detail lost, size of detail and smear in pixels, signed haze."""

    angle: float
    fade: float
    detail: float
    smear: float
    haze: float

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the rubbed surface."""
        worn = self._smear(surface)
        side = 2 * round(self.detail / 2) + 1
        if side > 1:
            smooth = np.stack([cv2.blur(plane, (side, side)).reshape(plane.shape) for plane in worn])
            worn = worn + np.float32(self.fade) * (smooth - worn)
        return worn + np.float32(self.haze), layer.alpha

    def _smear(self, surface: Floats) -> Floats:
        """Return the mean of copies shifted along the direction; pixels at the border of the box are repeated."""
        shifts = [
            (round(share * self.smear * math.cos(self.angle)), round(share * self.smear * math.sin(self.angle)))
            for share in np.linspace(0.0, 1.0, SMEAR_COPIES).tolist()
        ]
        pad = max(max(abs(right), abs(down)) for right, down in shifts)
        if pad == 0:
            return surface
        rows, columns = surface.shape[1:]
        padded = np.pad(surface, ((0, 0), (pad, pad), (pad, pad)), mode="edge")
        total = np.zeros_like(surface)
        for right, down in shifts:
            total += padded[:, pad - down : pad - down + rows, pad - right : pad - right + columns]
        return total * np.float32(1 / SMEAR_COPIES)
