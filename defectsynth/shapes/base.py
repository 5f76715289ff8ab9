"""SHAPE: sampled numbers become an alpha layer, no larger than the box of the defect.

A `Shape` holds ranges; `sample` draws from them and returns a `DrawnShape` in pixels; its `layer` is a pure function.
The shapes are in `segment`, `strokes` and `spots`; here is what they share.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from defectsynth.core.layer import Layer
from defectsynth.core.parameters import Component
from defectsynth.core.serialization import Value
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene


class DrawnShape(Value):
    """A shape in pixels, ready to be drawn again."""

    @abstractmethod
    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer in a picture of `size` (height, width), None if it lies outside.

        Args:
            size: (height, width) of the picture in pixels.
            margin: pixels of empty alpha to keep around the shape, for looks and blends that reach beyond it.
        """


class Shape(Component):
    """Ranges from which a shape is drawn."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnShape:
        """Return a shape at `place`."""
