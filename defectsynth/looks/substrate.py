"""The material under the surface, seen through a hole; in an open mesh the ground behind it."""

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

MIN_DARKENED_BRIGHTNESS = 0.2  # brightness of a surface below which its substrate is brighter
SUBSTRATE_PERCENTILE = 5  # percentile of the surface that its substrate starts from


@dataclass(frozen=True)
class Substrate(Look):
    """The material under the surface, darker and with little texture; brighter under a dark surface.

    In an open mesh it is the ground that shows through the gaps.

    Args:
        contrast_range: difference in brightness from the darkest pixels of the surface, in [0, 1].
        texture: share of the surface's texture that is kept, in [0, 1].
    """

    contrast_range: Pair = span((0.12, 0.3), 0.0, 1.0, "difference in brightness")
    texture: float = number(0.3, 0.0, 1.0, "share of the surface's texture that is kept")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnSubstrate | DrawnGap:
        """Return a substrate, brighter if the surface is black; in an open mesh return its ground."""
        contrast = between(self.contrast_range, float(rng.random()))
        wire = find_wire(scene, place)
        if wire is not None:
            seed = int(rng.integers(1 << 62))
            return DrawnGap(threshold=wire.threshold, dark=wire.dark, gap=wire.gap, seed=seed)
        brightness = float(scene.color_at(place.x, place.y).mean())
        dark = brightness > min(contrast, MIN_DARKENED_BRIGHTNESS)
        return DrawnSubstrate(contrast=-contrast if dark else contrast, texture=self.texture)


@dataclass(frozen=True)
class DrawnSubstrate(DrawnLook):
    """Signed difference in brightness, and the share of the surface's texture that is kept."""

    contrast: float
    texture: float

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the substrate."""
        percentile = SUBSTRATE_PERCENTILE if self.contrast < 0.0 else 100 - SUBSTRATE_PERCENTILE
        flat = surface.reshape(surface.shape[0], -1)
        level = np.percentile(flat, percentile, axis=1).astype(np.float32)
        level = level[:, None, None]
        substrate = level + np.float32(self.texture) * (surface - level) + np.float32(0.6 * self.contrast)
        return substrate * np.float32(1.0 + 0.4 * min(self.contrast, 0.0)), layer.alpha


@dataclass(frozen=True)
class DrawnGap(DrawnLook):
    """The ground of an open mesh.

    Attributes:
        threshold: brightness in [0, 1] that separates wires and ground.
        dark: True if the wires are darker than the ground.
        gap: width of a gap in pixels.
        seed: seed of the grain.
    """

    threshold: float
    dark: bool
    gap: float
    seed: int

    @property
    def margin(self) -> int:
        """Number of pixels around the layer from which the ground is extrapolated."""
        return math.ceil(0.5 * self.gap) + 2

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the ground, interpolated under the wires, with its grain."""
        known = mesh_ground(surface, layer.alpha, threshold=self.threshold, dark=self.dark, rim=0.12 * self.gap)
        if not known.any():
            return surface, np.zeros_like(layer.alpha)
        planes = np.ascontiguousarray(np.moveaxis(surface, 0, 2))
        ground = np.moveaxis(membrane(planes, known), 2, 0)
        rough = float(np.sqrt(np.mean((surface - ground)[:, known > 0] ** 2)))
        grain = np.random.default_rng(self.seed).standard_normal(layer.box.shape, dtype=np.float32)
        return ground + grain * np.float32(rough), layer.alpha
