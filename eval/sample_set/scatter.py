"""Many small things side by side: tips of bristles, ends of strands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.sample_set.fields import Field, Plane, as_field


@dataclass(frozen=True)
class Nearest:
    """Nearest point of every pixel: its number, the distance to it, and the offset from it along both axes."""

    number: NDArray[np.intp]
    distance: Field
    du: Field
    dv: Field


def nearest(plane: Plane, points: NDArray[np.float32]) -> Nearest:
    """Return the nearest of some points, (N, 2) in the coordinates of `plane`, at every pixel."""
    steps_u = (float(plane.u[0, 1] - plane.u[0, 0]), float(plane.u[1, 0] - plane.u[0, 0]))
    steps_v = (float(plane.v[0, 1] - plane.v[0, 0]), float(plane.v[1, 0] - plane.v[0, 0]))
    inverse = np.linalg.inv(np.array([steps_u, steps_v]))
    offsets = points.astype(np.float64) - (float(plane.u[0, 0]), float(plane.v[0, 0]))
    places = np.rint(offsets @ inverse.T).astype(np.intp)
    margin = plane.size // 4
    side = plane.size + 2 * margin
    places = np.clip(places + margin, 0, side - 1)
    seeds = np.full((side, side), 255, dtype=np.uint8)
    seeds[places[:, 1], places[:, 0]] = 0
    _, labels = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    # Points in the same pixel share one label.
    of_label = np.zeros(labels.max() + 1, dtype=np.intp)
    of_label[labels[places[:, 1], places[:, 0]]] = np.arange(len(points))
    inner = slice(margin, margin + plane.size)
    number = of_label[labels[inner, inner]]
    du, dv = as_field(plane.u - points[number, 0]), as_field(plane.v - points[number, 1])
    return Nearest(number, as_field(np.hypot(du, dv)), du, dv)


def packed(rng: np.random.Generator, *, spacing: float, radius: float, jitter: float) -> NDArray[np.float32]:
    """Return points of a hexagonal packing in a disc around 0, each moved by a share of `jitter` of the spacing."""
    count = math.ceil(radius / spacing) + 2
    rows, columns = np.meshgrid(np.arange(-count, count + 1), np.arange(-count, count + 1), indexing="ij")
    points = np.stack([columns + 0.5 * (rows % 2), rows * math.sqrt(0.75)], axis=-1).reshape(-1, 2) * spacing
    turn = rng.uniform(0.0, math.pi)
    turned = points @ np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    kept = turned[np.hypot(turned[:, 0], turned[:, 1]) <= radius]
    return as_field(kept + rng.normal(0.0, jitter * spacing, kept.shape))
