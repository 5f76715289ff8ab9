"""Openings: a gap whose rim has chipped, and a bore with a torn rim."""

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

GAP_BRIGHTNESS = 0.12  # of the ground of the gap, share of the brightness of the surface
WALL_SOFTNESS = 0.3  # half width of the blur whose slope finds the lit wall, share of the rim
CRUMB_LEVEL = np.float32(1.9)  # noise above which a crumb lies beside a rim, standard deviations
ROUGHNESS = np.float32(0.16)  # change of brightness by the unevenness of rim and wall


@dataclass(frozen=True)
class ChippedGap(Look):
    """A dark gap with a lit wall on one side, and pale chips along its rim.

    Args:
        depth_range: darkness of the gap, in [0, 1]; 1 is as dark as its ground can be.
        chips_range: greatest width of the chipped rim, in [0, 0.1], fraction of min(H, W).
        fresh_range: change of brightness of the chipped material, in [-1, 1].
        wall_range: brightness of the wall that faces the light, in [0, 1].
    """

    depth_range: Pair = span((0.8, 1.0), 0.0, 1.0, "1 is as dark as its ground can be")
    chips_range: Pair = span((0.004, 0.012), 0.0, 0.1, FRACTION)
    fresh_range: Pair = span((0.1, 0.3), -1.0, 1.0, "change of brightness")
    wall_range: Pair = span((0.05, 0.3), 0.0, 1.0, "brightness of the lit wall")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnChippedGap:
        """Return a gap lit like the image."""
        depth, chips, fresh, wall = rng.random(4).tolist()
        return DrawnChippedGap(
            depth=between(self.depth_range, depth),
            chips=max(between(self.chips_range, chips) * scene.side, 1.0),
            fresh=between(self.fresh_range, fresh),
            wall=between(self.wall_range, wall),
            light=scene.light,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnChippedGap(DrawnLook):
    """Darkness of the gap, width of the rim in pixels, brightnesses, direction of the light in radians, seed."""

    depth: float
    chips: float
    fresh: float
    wall: float
    light: float
    seed: int

    @property
    def margin(self) -> int:
        """Number of pixels of the rim."""
        return math.ceil(self.chips) + 1

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return gap, wall and rim; only the pixels near the gap are computed."""
        gap, shape = layer.alpha, layer.box.shape
        distance = distance_outside(gap)
        near = np.flatnonzero(distance <= self.chips + 1.0)
        noise = box_noise(shape, 0.5 * self.chips, self.seed).take(near)
        rim = ragged_rim(distance.take(near), self.chips, noise)
        reach = 2 * math.ceil(WALL_SOFTNESS * self.chips) + 1
        slope = cv2.filter2D(cv2.blur(gap, (reach, reach)), cv2.CV_32F, slope_kernel(self.light))
        lit = np.clip(np.float32(2.0 * reach) * slope.take(near), -1.0, np.float32(1.0))  # 1 away from the light
        rim *= np.float32(0.7) + np.float32(0.3) * lit
        level = median_color(surface, layer)[:, :, 0]
        here = surface.reshape(len(surface), -1).take(near, axis=1)
        ground = (here * np.float32(0.3) + level * np.float32(0.7)) * np.float32(
            1.0 - self.depth * (1.0 - GAP_BRIGHTNESS)
        )
        ground += np.maximum(-lit, 0.0) * np.float32(self.wall) * level
        chipped = np.float32(0.45) * here + np.float32(0.55) * level + np.float32(self.fresh)
        opaque = gap.take(near)
        opacity = np.maximum(opaque, rim)
        chipped += (ground - chipped) * (opaque / np.maximum(opacity, np.float32(1e-6)))
        pixels, alpha = surface.reshape(len(surface), -1).copy(), np.zeros(gap.size, np.float32)
        pixels[:, near] = chipped
        alpha[near] = opacity
        return pixels.reshape(surface.shape), alpha.reshape(shape)


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
