"""Taken out of shapes.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from defectsynth.core.arrays import Array, Bytes, Floats

Doubles = npt.NDArray[Any]  # float64

SUBPIXEL = 4  # fractional bits of the coordinates that cv2 draws with
ANTIALIAS_RIM = 0.6  # pixels by which cv2 draws an antialiased outline wider than it is
MIN_STROKE_WIDTH = 1.6  # pixels: the thinnest stroke that cv2 draws so
MIN_STROKE_OPACITY = 0.45  # opacity left to a stroke that should be much thinner


def fixed_point(points: Doubles) -> Array:
    """Return pixel coordinates in cv2's fixed-point format."""
    return (points * float(1 << SUBPIXEL)).astype(np.int32)


def canvas_to_alpha(canvas: Bytes, opacity: float) -> Floats:
    """Return what was drawn with 255 as alpha; what is too thin to be drawn so is fainter."""
    alpha = canvas.astype(np.float32)
    alpha *= np.float32(min(max(opacity, MIN_STROKE_OPACITY), 1.0) / 255.0)
    return alpha
