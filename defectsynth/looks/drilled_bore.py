"""A bore with a torn rim, as a drill or an insect leaves it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats, clip_above
from defectsynth.core.layer import Layer, distance_to_outline
from defectsynth.core.parameters import FRACTION, Pair, between, span
from defectsynth.functional.rims import box_noise, distance_outside, ragged_rim
from defectsynth.functional.shading import median_color, shade_rough_surface, slope_kernel
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

CRUMB_LEVEL = np.float32(1.9)  # noise above which a crumb lies beside a rim, standard deviations
ROUGHNESS = np.float32(0.16)  # change of brightness by the unevenness of rim and wall


@dataclass(frozen=True)
class DrilledBore(Look):
    """A dark bore with a lit wall, and a torn rim of fresh, pale material with crumbs around it.

    Args:
        floor_range: brightness of the floor, in [0, 1], fraction of that of the surface.
        wall_range: width of the visible wall, in [0, 1], fraction of the radius.
        rim_range: greatest width of the torn rim, in [0, 0.2], fraction of min(H, W).
        fresh_range: change of brightness of the fresh material, in [-1, 1].
        crumbs_range: distance up to which crumbs lie, in [0, 5], multiples of the width of the rim.
    """

    floor_range: Pair = span((0.05, 0.3), 0.0, 1.0, "fraction of the brightness of the surface")
    wall_range: Pair = span((0.2, 0.6), 0.0, 1.0, "fraction of the radius")
    rim_range: Pair = span((0.008, 0.024), 0.0, 0.2, FRACTION)
    fresh_range: Pair = span((0.1, 0.3), -1.0, 1.0, "change of brightness")
    crumbs_range: Pair = span((0.0, 2.5), 0.0, 5.0, "multiples of the width of the rim")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnDrilledBore:
        """Return a bore lit like the image."""
        floor, wall, rim, fresh, crumbs = rng.random(5).tolist()
        return DrawnDrilledBore(
            floor=between(self.floor_range, floor),
            wall=between(self.wall_range, wall),
            rim=between(self.rim_range, rim) * scene.side,
            fresh=between(self.fresh_range, fresh),
            crumbs=between(self.crumbs_range, crumbs),
            light=scene.light,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnDrilledBore(DrawnLook):
    """Brightnesses, width of the wall as a share of the radius, rim in pixels, light in radians, seed of the noise."""

    floor: float
    wall: float
    rim: float
    fresh: float
    crumbs: float
    light: float
    seed: int

    @property
    def margin(self) -> int:
        """Number of pixels of rim and crumbs."""
        return math.ceil(self.rim * max(self.crumbs, 1.0)) + 1

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return bore, wall, rim and crumbs."""
        bore, shape = layer.alpha, layer.box.shape
        noise = box_noise(shape, 0.4 * self.rim, self.seed)
        outside = distance_outside(bore)
        around = ragged_rim(outside, self.rim, noise) if self.rim > 0.0 else np.zeros_like(bore)
        if self.crumbs > 1.0:
            fine = box_noise(shape, 0.25 * self.rim, self.seed + 1)
            near = np.clip(np.float32(1.2) - outside * np.float32(1.0 / max(self.crumbs * self.rim, 0.5)), 0.0, 1.0)
            around = cv2.max(around, np.clip((fine * near - CRUMB_LEVEL) * np.float32(3.0), 0.0, 1.0)).reshape(shape)
        depth = distance_to_outline(bore)
        smooth = cv2.blur(depth, (3, 3)).reshape(shape)
        width = max(self.wall * float(depth.max()), 1.0)
        wall = np.float32(1.0) - clip_above(smooth * np.float32(1.0 / width), 1.0)
        lit = cv2.filter2D(smooth, cv2.CV_32F, slope_kernel(self.light)).reshape(shape)  # faces the light if positive
        level = median_color(surface, layer)
        bleached = level * np.float32(1.0 + 1.5 * self.fresh) + np.float32(0.25 * self.fresh)
        rough = shade_rough_surface(shape, self.light, self.seed) * ROUGHNESS
        floor = np.float32(self.floor) * level
        inner = floor + (np.float32(0.55) + np.float32(0.45) * lit) * wall * np.float32(0.9) * (level - floor)
        inner = inner * (np.float32(1.0) + rough)
        fringe = bleached + rough + np.float32(0.3) * (surface - level)
        opacity = cv2.max(bore, around).reshape(shape)
        share = bore / np.maximum(opacity, np.float32(1e-6))
        return fringe + (inner - fringe) * share, opacity
