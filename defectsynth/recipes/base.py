"""Base class of recipes."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field

from defectsynth.core.arrays import Array
from defectsynth.core.patch import Patch
from defectsynth.core.serialization import Value
from defectsynth.scene.scene import Scene


@dataclass(frozen=True)
class Recipe(Value):
    """A defect with every number drawn, which can be rendered again at any time.

    Attributes:
        kind: name of the defect.
        severity: severity in [0, 1].
        seed: seed of the draw.
        defect_type: name that the caller gave the type of defect; empty for the kind.
    """

    kind: str
    severity: float
    seed: int
    defect_type: str = field(default="", kw_only=True)

    @abstractmethod
    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the defect, or None if it cannot be seen.

        Args:
            scene: the image before any defect, with its foreground, light and region of interest.
            canvas: the image with earlier defects, same shape and dtype; it is not written to.
        """

    def forward(self, points: Array) -> Array:
        """Return the positions of points (N, 2) in pixels after the defect; a painted defect moves none."""
        return points

    def forward_outline(self, outline: Array) -> Array:
        """Return the position of the outline (N, 2) of a bounding box after the defect."""
        return self.forward(outline)
