"""Antialiased rasterisation with cv2: fixed-point coordinates, stroke widths and the conversion to alpha."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from defectsynth.core.arrays import Array, Bytes, Floats

Doubles = npt.NDArray[Any]  # float64

SUBPIXEL = 4  # fractional bits of fixed-point coordinates
ANTIALIAS_RIM = 0.6  # pixels by which cv2 draws an antialiased outline too wide
MIN_STROKE_WIDTH = 1.6  # pixels: the thinnest antialiased stroke of cv2
MIN_STROKE_OPACITY = 0.45  # opacity of strokes that should be much thinner than that


def fixed_point(points: Doubles) -> Array:
    """Convert pixel coordinates to the fixed-point format of cv2, int32 of the same shape."""
    return (points * float(1 << SUBPIXEL)).astype(np.int32)


def canvas_to_alpha(canvas: Bytes, opacity: float) -> Floats:
    """Convert a canvas drawn with 255 to alpha, float32 (h, w) in [0, 1].

    Args:
        canvas: uint8 (h, w).
        opacity: opacity of the strokes, clipped to [`MIN_STROKE_OPACITY`, 1]; below 1 for strokes thinner than
            `MIN_STROKE_WIDTH`.
    """
    alpha = canvas.astype(np.float32)
    alpha *= np.float32(min(max(opacity, MIN_STROKE_OPACITY), 1.0) / 255.0)
    return alpha


def line_normals(line: Doubles) -> Doubles:
    """Return the unit normal at each of the points (N, 2) of a line, N >= 2."""
    ends = np.concatenate([line[:1], line, line[-1:]])
    tangent = ends[2:] - ends[:-2]
    tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)[:, None]
    return np.asarray(tangent[:, ::-1] * (-1.0, 1.0))


def fill_strip(canvas: Bytes, line: Doubles, normal: Doubles, half: Doubles, value: int) -> None:
    """Fill the strip around a line, antialiased.

    Args:
        canvas: uint8 (h, w), changed in place.
        line: (N, 2) points in pixels, N >= 2.
        normal: (N, 2), see `line_normals`.
        half: half the width of the strip at each point, (N,) pixels.
        value: brightness of the strip, in [0, 255].
    """
    reach = normal * np.maximum(half - 0.5 * ANTIALIAS_RIM, 0.3)[:, None]
    left, right = fixed_point(line - reach), fixed_point(line + reach)
    for quad in np.concatenate([left[:-1], left[1:], right[1:], right[:-1]], axis=1).reshape(-1, 4, 2):
        cv2.fillConvexPoly(canvas, quad, value, cv2.LINE_AA, SUBPIXEL)
