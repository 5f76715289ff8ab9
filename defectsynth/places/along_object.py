"""Placement at a share of the length of an elongated object: head, shank or tip."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes
from defectsynth.core.parameters import Pair, choice, span
from defectsynth.places.base import OnEdge, Where
from defectsynth.scene.axis import FULL_SCALE, find_axis
from defectsynth.scene.outline import pick_on_outline
from defectsynth.scene.place import Place, pick_point
from defectsynth.scene.scene import Scene


@dataclass(frozen=True)
class AlongObject(Where):
    """Place on the object at a share of its length, measured along its longest axis from the thicker end.

    0 is the head of a screw and 1 its tip. If both ends are equally thick, one of them counts as the thicker end. On
    the surface the place points along the axis, in either sense; on the outline it points along the outline. A round
    object has no axis, so any place on it is taken. Without an object the place is anywhere, or on an intensity edge.

    Args:
        share_range: position along the axis, in [0, 1], 0 at the thicker end.
        across_range: position between the axis and the outline, in [0, 1], 0 at the axis.
        on: surface or outline.
        foreground: method that finds the object, see `find_foreground`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import ColorSpot, synthesize
        >>> from defectsynth.places import AlongObject
        >>> nail = np.full((128, 128), 220, np.uint8)
        >>> nail[50:80, 10:25], nail[60:70, 25:120] = 60, 60  # its head on the left
        >>> tip = synthesize(nail, ColorSpot(where=AlongObject(share_range=(0.9, 1.0))), seed=0)
        >>> bool(np.flatnonzero(tip.mask.any(axis=0)).min() > 80)
        True
    """

    share_range: Pair = span((0.0, 1.0), 0.0, 1.0, "0 at the thicker end, 1 at the thinner one")
    across_range: Pair = span((0.0, 1.0), 0.0, 1.0, "0 at the axis, 1 at the outline")
    on: str = choice("surface", "surface", "outline")

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if there is no candidate."""
        found = scene.foreground(self.foreground)
        if self.on == "outline":
            if found.whole:
                return OnEdge(foreground=self.foreground).sample(rng, scene)
            cells = self._cells(scene)
            if scene.roi is not None:
                allowed = cv2.resize(scene.roi, cells.shape[::-1], interpolation=cv2.INTER_NEAREST)
                cells = cv2.bitwise_and(cells, cells, mask=allowed)
            return pick_on_outline(rng, scene, found, cells)
        point = pick_point(rng, self._cells(scene), scene)
        if point is None:
            return None
        axis, turn = find_axis(found), float(rng.random())
        if axis is None:
            return Place(*point, 2.0 * math.pi * turn)
        return Place(*point, axis.angle + (math.pi if turn < 0.5 else 0.0))

    def _cells(self, scene: Scene) -> Bytes:
        found = scene.foreground(self.foreground)
        axis = find_axis(found)
        if axis is None:
            return found.cells
        inside = found.cells > 0
        low, high = (FULL_SCALE * share for share in self.share_range)
        along = inside & (axis.along >= low) & (axis.along <= high)
        if not along.any():  # the range is narrower than a cell
            values = axis.along[inside].astype(np.float32)
            nearest = values[np.argmin(np.abs(values - 0.5 * (low + high)))]
            along = inside & (axis.along == nearest)
        if self.on == "surface":
            low, high = (FULL_SCALE * share for share in self.across_range)
            across = along & (axis.across >= low) & (axis.across <= high)
            along = across if across.any() else along
        return np.ascontiguousarray(along).view(np.uint8)
