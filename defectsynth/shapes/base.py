"""Base classes of the shapes.

A `Shape` holds ranges. Its `sample` draws numbers from them and returns a `DrawnShape`, whose lengths are pixels and
whose angles are radians. `DrawnShape.layer` is a pure function that renders the alpha layer.
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
    """Base of the sampled shapes: lengths in pixels, angles in radians."""

    @abstractmethod
    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer, None if all of it lies outside the image.

        Args:
            size: (height, width) of the image in pixels.
            margin: pixels of empty alpha around the shape, for looks and blends that reach beyond it.
        """


class Shape(Component):
    """Base of the shapes: the ranges that one is sampled from."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnShape:
        """Return a random shape at `place`."""
