"""SHAPE: sampled numbers become an alpha layer, no larger than the box of the defect.

A `Shape` holds ranges; `sample` draws from them and returns a `DrawnShape` in pixels; its `layer` is a pure function.
The shapes are in `segment`, `strokes` and `spots`; here is what they share.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from defectsynth.layers import Array, Bytes, Floats, Layer
from defectsynth.placement import Place
from defectsynth.scene import Scene
from defectsynth.values import Part, Value

Doubles = npt.NDArray[Any]  # float64

SUBPIXEL = 4  # fractional bits of the coordinates that cv2 draws with
RIM = 0.6  # pixels by which cv2 draws an antialiased outline wider than it is
THINNEST = 1.6  # pixels: the thinnest stroke that cv2 draws so
FAINTEST = 0.45  # opacity left to a stroke that should be much thinner
FRACTION = "fraction of min(H, W)"


class DrawnShape(Value):
    """A shape in pixels, ready to be drawn again."""

    @abstractmethod
    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer in a picture of `size` (height, width), None if it lies outside.

        Args:
            size: (height, width) of the picture in pixels.
            margin: pixels of empty alpha to keep around the shape, for looks and blends that reach beyond it.
        """


class Shape(Part):
    """Ranges from which a shape is drawn."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnShape:
        """Return a shape at `place`."""


def fixed_point(points: Doubles) -> Array:
    """Return pixel coordinates in cv2's fixed-point format."""
    return (points * float(1 << SUBPIXEL)).astype(np.int32)


def as_alpha(canvas: Bytes, opacity: float) -> Floats:
    """Return what was drawn with 255 as alpha; what is too thin to be drawn so is fainter."""
    alpha = canvas.astype(np.float32)
    alpha *= np.float32(min(max(opacity, FAINTEST), 1.0) / 255.0)
    return alpha
