"""WHERE in the frame: for cameras that always see the part in the same place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, Floats
from defectsynth.core.parameters import Pair, choice, span
from defectsynth.places.base import Where
from defectsynth.scene.place import Place, pick_point
from defectsynth.scene.scene import Scene

GRID = 96  # cells along each side
STRONGEST = 0.9  # share of the cells there with a weaker edge than those that count


@dataclass(frozen=True)
class InFrame(Where):
    """In a part of the frame, whatever is seen there; nothing is clipped.

    Args:
        x_range: from the left border to the right one, in [0, 1].
        y_range: from the upper border to the lower one, in [0, 1].
        angle_range: direction of the place, in [-360, 360], degrees, 0 to the right.
        on: surface; edge, on the strongest intensity edges there, its direction along them.
        foreground: how the object is found, see `foreground.find_foreground`.

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
    x_range: Pair = span((0.0, 1.0), 0.0, 1.0, "share of the width")
    y_range: Pair = span((0.0, 1.0), 0.0, 1.0, "share of the height")
    angle_range: Pair = span((0.0, 360.0), -360.0, 360.0, "degrees")
    on: str = choice("surface", "surface", "edge")

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if none is allowed."""
        turn = math.radians(float(rng.uniform(*self.angle_range)))
        across, down = _slopes(scene) if self.on == "edge" else (None, None)
        cells = self._cells(scene)
        if across is not None and down is not None:
            strength = np.hypot(across, down)  # cv2.magnitude rounds by where the array lies in memory
            least = float(np.quantile(strength[cells > 0], STRONGEST))
            strong = ((cells > 0) & (strength >= least) & (strength > 0.0)).view(np.uint8)
            cells = strong if strong.any() else cells
        point = pick_point(rng, cells, scene)
        if point is None:
            return None
        if across is not None and down is not None:
            rows, columns = cells.shape
            row = min(int((point[1] + 0.5) * rows / scene.size[0]), rows - 1)
            column = min(int((point[0] + 0.5) * columns / scene.size[1]), columns - 1)
            turn = math.atan2(float(down[row, column]), float(across[row, column])) + 0.5 * math.pi
        return Place(*point, turn)

    def _cells(self, scene: Scene) -> Bytes:
        rows, columns = min(scene.size[0], GRID), min(scene.size[1], GRID)
        cells = np.zeros((rows, columns), np.uint8)
        (left, right), (top, bottom) = (
            (_cells_of(pair, number)) for pair, number in ((self.x_range, columns), (self.y_range, rows))
        )
        cells[top:bottom, left:right] = 255
        return cells


def _cells_of(share: Pair, number: int) -> tuple[int, int]:
    """Return the first cell of a stretch and the one after its last, at least one of `number`."""
    first = min(int(share[0] * number), number - 1)
    return first, max(math.ceil(share[1] * number), first + 1)


def _slopes(scene: Scene) -> tuple[Floats, Floats]:
    """Return how the brightness grows to the right and downwards on the grid, float32 (h, w)."""
    rows, columns = min(scene.size[0], GRID), min(scene.size[1], GRID)
    small = cv2.resize(scene.image, (columns, rows), interpolation=cv2.INTER_NEAREST)
    gray = cv2.blur(small.reshape(rows, columns, -1).mean(axis=2, dtype=np.float32), (5, 5)).reshape(rows, columns)
    across, down = (cv2.Sobel(gray, cv2.CV_32F, *order).reshape(gray.shape) for order in ((1, 0), (0, 1)))
    return across, down
