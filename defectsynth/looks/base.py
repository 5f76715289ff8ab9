"""LOOK: the pixels to lay down inside a defect's box, given the surface that is there.

A `Look` holds ranges; `sample` draws from them; `DrawnLook.paint` is a pure function of the surface and the layer.
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
    """A look with every number drawn."""

    @property
    def margin(self) -> int:
        """Pixels beyond the alpha layer that the look changes."""
        return 0

    @abstractmethod
    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the pixels to lay down and how opaque they are.

        Args:
            surface: float32 (C, h, w) in [0, 1], what is there.
            layer: the alpha layer, (h, w).
            scene: the whole picture, for looks that take pixels from elsewhere in it.

        Returns:
            float32 that broadcasts to (C, h, w), and alpha float32 (h, w).
        """

    def change(self, layer: Layer) -> Floats | None:
        """Return what is added to every channel alike, float32 (h, w), if that is all the look does.

        The surface with it is then what `paint` returns; what is only added need not be blended channel by channel.
        """
        return None

    def coat(self, layer: Layer) -> Overlay | None:
        """Return what is laid down, if it is the same on any surface and what `paint` would return."""
        return None


class Look(Component):
    """Ranges from which a look is drawn."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnLook:
        """Return a look for a defect at `place`."""


class DrawnImage(DrawnLook):
    """A look that lays down a picture, whatever the surface is."""

    @abstractmethod
    def picture(self, before: Array, box: Box, scene: Scene) -> Array:
        """Return the pixels to lay down.

        Args:
            before: the picture inside `box`, (h, w) or (h, w, C).
            box: where they are laid.
            scene: the picture before any defect.

        Returns:
            Shape and dtype of `before`.
        """

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the picture as planes, and the alpha layer as it is."""
        before = scene.image[layer.box.slices]
        return scene.planes(self.picture(before, layer.box, scene)), layer.alpha
