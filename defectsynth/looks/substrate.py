"""Taken out of threads.py."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import Pair, between, number, span
from defectsynth.functional.membrane import membrane
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.mesh import find_wire, mesh_ground
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

BLACK = 0.2  # brightness under which nothing is darker
DEEPEST = 5  # percentile of a surface that what lies beneath it looks like


@dataclass(frozen=True)
class Substrate(Look):
    """What lies beneath the surface: darker, with little of its texture; under a dark surface brighter.

    In an open mesh it is the ground that is seen through the gaps.

    Args:
        contrast_range: change of brightness beyond the darkest of the surface, in [0, 1].
        texture: share of the surface's texture that is left, in [0, 1].
    """

    contrast_range: Pair = span((0.12, 0.3), 0.0, 1.0, "change of brightness")
    texture: float = number(0.3, 0.0, 1.0, "share of the surface's texture that is left")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnSubstrate | DrawnGap:
        """Return a depth, there is no darker hole in black; in an open mesh its ground."""
        contrast = between(self.contrast_range, float(rng.random()))
        wire = find_wire(scene, place)
        if wire is not None:
            seed = int(rng.integers(1 << 62))
            return DrawnGap(threshold=wire.threshold, dark=wire.dark, gap=wire.gap, seed=seed)
        brightness = float(scene.color_at(place.x, place.y).mean())
        dark = brightness > min(contrast, BLACK)
        return DrawnSubstrate(contrast=-contrast if dark else contrast, texture=self.texture)


@dataclass(frozen=True)
class DrawnSubstrate(DrawnLook):
    """Change of brightness, negative is darker, and share of the surface's texture that is left."""

    contrast: float
    texture: float

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the ground beneath."""
        flat = surface.reshape(surface.shape[0], -1)
        level = np.percentile(flat, DEEPEST if self.contrast < 0.0 else 100 - DEEPEST, axis=1).astype(np.float32)
        level = level[:, None, None]
        beneath = level + np.float32(self.texture) * (surface - level) + np.float32(0.6 * self.contrast)
        return beneath * np.float32(1.0 + 0.4 * min(self.contrast, 0.0)), layer.alpha


@dataclass(frozen=True)
class DrawnGap(DrawnLook):
    """The ground of an open mesh: brightness between it and wires, which are darker or not, width of a gap, seed."""

    threshold: float
    dark: bool
    gap: float
    seed: int

    @property
    def margin(self) -> int:
        """Pixels around from which the ground is continued."""
        return math.ceil(0.5 * self.gap) + 2

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the ground continued over the wires, with its grain."""
        known = mesh_ground(surface, layer.alpha, threshold=self.threshold, dark=self.dark, rim=0.12 * self.gap)
        if not known.any():
            return surface, np.zeros_like(layer.alpha)
        planes = np.ascontiguousarray(np.moveaxis(surface, 0, 2))
        ground = np.moveaxis(membrane(planes, known), 2, 0)
        rough = float(np.sqrt(np.mean((surface - ground)[:, known > 0] ** 2)))
        grain = np.random.default_rng(self.seed).standard_normal(layer.box.shape, dtype=np.float32)
        return ground + grain * np.float32(rough), layer.alpha
