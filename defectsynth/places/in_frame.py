"""Placement in a fixed window of the image, for cameras that always see the part in the same position."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from defectsynth.core.arrays import Bytes
from defectsynth.core.parameters import Pair, choice, span
from defectsynth.places.base import Where
from defectsynth.places.grid import brightness_gradient, cell_at, grid_shape, sample_gray
from defectsynth.scene.place import Place, pick_point
from defectsynth.scene.scene import Scene

EDGE_QUANTILE = 0.9  # cells of the window with at least this quantile of the edge strength are candidates
SMOOTHING_CELLS = 5  # side of the mean filter before edges are measured


@dataclass(frozen=True)
class InFrame(Where):
    """Place in a fixed window of the image, on the object or not; paint is not clipped to the object.

    Args:
        x_range: left and right side of the window, in [0, 1], fraction of the width.
        y_range: top and bottom of the window, in [0, 1], fraction of the height.
        angle_range: direction of the place, in [-360, 360], degrees, 0 to the right.
        on: surface; or edge, on the strongest intensity edges in the window and along them.
        foreground: method that finds the object, see `find_foreground`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import ColorSpot, synthesize
        >>> from defectsynth.places import InFrame
        >>> corner = InFrame(x_range=(0.0, 0.2), y_range=(0.8, 1.0))
        >>> sample = synthesize(np.full((128, 128), 120, np.uint8), ColorSpot(where=corner), seed=0)
        >>> rows, columns = np.nonzero(sample.mask)
        >>> bool(rows.mean() > 90 and columns.mean() < 40)
        True
    """

    clips: ClassVar[bool] = False
    x_range: Pair = span((0.0, 1.0), 0.0, 1.0, "fraction of the width")
    y_range: Pair = span((0.0, 1.0), 0.0, 1.0, "fraction of the height")
    angle_range: Pair = span((0.0, 360.0), -360.0, 360.0, "degrees")
    on: str = choice("surface", "surface", "edge")

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if the region of interest leaves no candidate."""
        turn = math.radians(float(rng.uniform(*self.angle_range)))
        gradient = brightness_gradient(sample_gray(scene), SMOOTHING_CELLS) if self.on == "edge" else None
        cells = self._cells(scene)
        if gradient is not None:
            across, down = gradient
            strength = np.hypot(across, down)  # cv2.magnitude rounds differently by memory alignment
            least = float(np.quantile(strength[cells > 0], EDGE_QUANTILE))
            strong = ((cells > 0) & (strength >= least) & (strength > 0.0)).view(np.uint8)
            cells = strong if strong.any() else cells
        point = pick_point(rng, cells, scene)
        if point is None:
            return None
        if gradient is not None:
            across, down = gradient
            cell = cell_at(scene, point, cells)
            turn = math.atan2(float(down[cell]), float(across[cell])) + 0.5 * math.pi
        return Place(*point, turn)

    def _cells(self, scene: Scene) -> Bytes:
        rows, columns = grid_shape(scene)
        cells = np.zeros((rows, columns), np.uint8)
        (left, right), (top, bottom) = _cell_range(self.x_range, columns), _cell_range(self.y_range, rows)
        cells[top:bottom, left:right] = 255
        return cells


def _cell_range(share: Pair, number: int) -> tuple[int, int]:
    """Return the first of `number` cells that a range covers and the end (exclusive); never empty."""
    first = min(int(share[0] * number), number - 1)
    return first, max(math.ceil(share[1] * number), first + 1)
