"""Base classes of looks, which make the pixels of a defect inside its bounding box.

A `Look` holds ranges and `sample` draws from them. `DrawnLook.paint` is a pure function of the surface and the alpha
layer.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.core.layer import Box, Layer
from defectsynth.core.parameters import Component
from defectsynth.core.serialization import Value
from defectsynth.looks.overlay import Overlay
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene


class DrawnLook(Value):
    """A look with every number drawn; lengths are in pixels, angles in radians."""

    @property
    def margin(self) -> int:
        """Number of pixels beyond the alpha layer that the look changes."""
        return 0

    @abstractmethod
    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the pixels of the defect and their alpha layer.

        Args:
            surface: float32 (C, h, w) in [0, 1], the image inside the bounding box.
            layer: the alpha layer, (h, w).
            scene: the whole image, for looks that copy pixels from another place.

        Returns:
            float32 that broadcasts to (C, h, w), and alpha float32 (h, w).
        """

    def brightness_change(self, layer: Layer) -> Floats | None:
        """Return the change that the look adds to every channel, float32 (h, w), or None if it does more than that.

        `paint` then returns the surface plus this change. It is faster to add than to blend channel by channel.
        """
        return None

    def overlay(self, layer: Layer) -> Overlay | None:
        """Return the look as an overlay that does not depend on the surface, or None if it does depend on it."""
        return None


class Look(Component):
    """Ranges from which a look is drawn."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnLook:
        """Return a look for a defect at `place`."""


class DrawnImage(DrawnLook):
    """A look whose pixels do not depend on the surface under them."""

    @abstractmethod
    def pixels(self, before: Array, box: Box, scene: Scene) -> Array:
        """Return the pixels of the defect.

        Args:
            before: the image inside `box`, (h, w) or (h, w, C).
            box: the bounding box of the defect.
            scene: the image before any defect.

        Returns:
            Shape and dtype of `before`.
        """

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the pixels as float planes, and the unchanged alpha layer."""
        before = scene.image[layer.box.slices]
        return scene.planes(self.pixels(before, layer.box, scene)), layer.alpha
