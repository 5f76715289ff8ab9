"""Coarse grids over the image on which placements look for candidate cells."""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.scene.scene import Scene

GRID_SIDE = 96  # greatest number of cells along a side


def grid_shape(scene: Scene) -> tuple[int, int]:
    """Return (rows, columns) of the grid, no finer than the image."""
    return min(scene.size[0], GRID_SIDE), min(scene.size[1], GRID_SIDE)


def sample_gray(scene: Scene) -> Floats:
    """Return the gray values at the cells, nearest neighbour, float32 (rows, columns)."""
    rows, columns = grid_shape(scene)
    small = cv2.resize(scene.image, (columns, rows), interpolation=cv2.INTER_NEAREST)
    return small.reshape(rows, columns, -1).mean(axis=2, dtype=np.float32)


def brightness_gradient(gray: Floats, window: int) -> tuple[Floats, Floats]:
    """Return the Sobel derivatives in x and y after a mean filter of `window` cells, float32 (rows, columns) each."""
    smooth = cv2.blur(gray, (window, window)).reshape(gray.shape)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    return across.reshape(gray.shape), down.reshape(gray.shape)


def cell_at(scene: Scene, point: tuple[float, float], cells: Array) -> tuple[int, int]:
    """Return (row, column) of the cell of a grid (rows, columns) that holds the point (x, y) in pixels."""
    rows, columns = cells.shape
    row = min(max(int((point[1] + 0.5) * rows / scene.size[0]), 0), rows - 1)
    column = min(max(int((point[0] + 0.5) * columns / scene.size[1]), 0), columns - 1)
    return row, column
