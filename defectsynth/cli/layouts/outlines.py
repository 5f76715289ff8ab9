"""Outlines of masks as polygons along the edges of the pixels: filled at pixel centres, they give the mask back."""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.engine.pipeline import Mark

BLOCK = np.ones((3, 3), np.uint8)


def outlines(mark: Mark) -> list[Array]:
    """Return one polygon for each connected region of a defect, float64 (N, 2) of (x, y) in pixel edges.

    Pixel (row, column) covers [column, column + 1] x [row, row + 1]. Holes are joined to the outline around them by a
    seam without width.
    """
    corners = np.zeros((2 * mark.mask.shape[0] + 1, 2 * mark.mask.shape[1] + 1), np.uint8)
    corners[1::2, 1::2] = mark.mask  # odd positions are pixels, even ones their edges
    corners = cv2.dilate(corners, BLOCK)
    found, tree = cv2.findContours(corners, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not len(found):
        return []
    rings = [ring.reshape(-1, 2) / 2.0 + (mark.box.x0, mark.box.y0) for ring in found]
    parents = tree.reshape(-1, 4)[:, 3]
    return [
        joined([rings[outer], *(rings[inner] for inner in np.flatnonzero(parents == outer))])
        for outer in np.flatnonzero(parents < 0)
    ]


def joined(rings: list[Array]) -> Array:
    """Return one polygon through all rings; seams without width lead from each to the nearest corner of the next."""
    whole, *rest = rings
    while rest:
        gaps = [((whole[:, None] - ring[None]) ** 2).sum(axis=2) for ring in rest]
        nearest = int(np.argmin([gap.min() for gap in gaps]))
        here, there = np.unravel_index(gaps[nearest].argmin(), gaps[nearest].shape)
        ring = np.roll(rest.pop(nearest), -int(there), axis=0)
        whole = np.concatenate([whole[: here + 1], ring, ring[:1], whole[here:]])
    return whole
