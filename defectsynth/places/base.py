"""Base class of the placements and the placements that have a short name.

Every placement stays inside the caller's region of interest. The object is found automatically, see
`find_foreground`.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes
from defectsynth.core.messages import did_you_mean, short_repr
from defectsynth.core.parameters import Component, choice, span
from defectsynth.scene.foreground import FOREGROUND_METHODS
from defectsynth.scene.outline import pick_on_intensity_edge, pick_on_outline
from defectsynth.scene.place import Place, pick_point
from defectsynth.scene.scene import Scene

DEEPEST = 0.9  # share of the greatest depth from which on a cell is in the middle of a thin object


@dataclass(frozen=True)
class Where(Component):
    """Base of the placements.

    Args:
        foreground: method that finds the object, see `find_foreground`.
    """

    foreground: str = choice("auto", *FOREGROUND_METHODS)

    clips: ClassVar[bool] = True  # paint is clipped to the object

    @property
    def clip_method(self) -> str:
        """Method that finds the object to which paint is clipped; empty if paint is not clipped."""
        return self.foreground if self.clips else ""

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if there is no candidate."""
        return self._pick(rng, scene, self._cells(scene))

    def _pick(self, rng: np.random.Generator, scene: Scene, cells: Bytes) -> Place | None:
        """Return a place in a random candidate cell, with a random direction."""
        point = pick_point(rng, cells, scene)
        return None if point is None else Place(*point, float(rng.uniform(0.0, 2 * math.pi)))

    @abstractmethod
    def _cells(self, scene: Scene) -> Bytes:
        """Return the candidate cells of a coarse grid, uint8 (rows, columns), non-zero at candidates."""


@dataclass(frozen=True)
class Anywhere(Where):
    """Place at any pixel of the image."""

    clips: ClassVar[bool] = False

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place; without a region of interest no grid is needed."""
        if scene.roi is not None:
            return super().sample(rng, scene)
        x, y, turn = rng.random(3).tolist()
        return Place(x * scene.size[1] - 0.5, y * scene.size[0] - 0.5, turn * 2 * math.pi)

    def _cells(self, scene: Scene) -> Bytes:
        return np.full((min(scene.size[0], 64), min(scene.size[1], 64)), 255, np.uint8)


@dataclass(frozen=True)
class OnObject(Where):
    """Place anywhere on the object."""

    def _cells(self, scene: Scene) -> Bytes:
        return scene.foreground(self.foreground).cells


@dataclass(frozen=True)
class InsideObject(OnObject):
    """Place on the object, at least a margin away from its edge.

    Args:
        margin_range: smallest distance from the edge, in [0, 0.5], fraction of min(H, W).
    """

    margin_range: tuple[float, float] = span((0.02, 0.05), 0.0, 0.5, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if the object is too thin everywhere."""
        found = scene.foreground(self.foreground)
        margin = rng.uniform(*self.margin_range) * scene.side / max(found.step)
        depth = cv2.distanceTransform(found.cells, cv2.DIST_L2, 3)
        return self._pick(rng, scene, (depth > margin).view(np.uint8))


@dataclass(frozen=True)
class EdgeRing(Where):
    """Place on the object, in a ring along its edge; where it is too thin for the ring, in its middle.

    Args:
        depth_range: smallest and greatest distance from the edge, in [0, 0.5], fraction of min(H, W).
    """

    depth_range: tuple[float, float] = span((0.0, 0.05), 0.0, 0.5, "fraction of min(H, W)")

    def _cells(self, scene: Scene) -> Bytes:
        found = scene.foreground(self.foreground)
        cell = scene.side / max(found.step)
        padded = cv2.copyMakeBorder(found.cells, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=255 if found.whole else 0)
        depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
        low, high = self.depth_range
        least = min(low * cell, DEEPEST * float(depth.max()))  # of a thin object the deepest cells
        return np.ascontiguousarray((depth > least) & (depth <= max(high * cell, least + 1.5))).view(np.uint8)


@dataclass(frozen=True)
class OnEdge(OnObject):
    """Place on the outline of the object; in an image without background, on its strongest intensity edges."""

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place whose angle is that of the tangent, or None if there is no edge."""
        found = scene.foreground(self.foreground)
        return pick_on_intensity_edge(rng, scene) if found.whole else pick_on_outline(rng, scene, found)


PLACES: dict[str, type[Where]] = {
    "anywhere": Anywhere,
    "object": OnObject,
    "edge": OnEdge,
    "inside": InsideObject,
    "ring": EdgeRing,
}


def as_where(where: Where | str) -> Where:
    """Return a placement, given itself or its short name.

    Raises:
        ValueError: if the name is unknown.
        TypeError: if `where` is neither a placement nor a name.
    """
    if isinstance(where, Where):
        return where
    if not isinstance(where, str):
        raise TypeError(f"where must be a Where or one of {', '.join(PLACES)}, got {short_repr(where)}")
    if where not in PLACES:
        hint = did_you_mean(where, PLACES)
        raise ValueError(f"where must be a Where or one of {', '.join(PLACES)}, got {short_repr(where)}{hint}")
    return PLACES[where]()
