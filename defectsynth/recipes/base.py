"""A defect with every number drawn: small, frozen, written as plain data, rendered again at any time."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field

from defectsynth.core.arrays import Array
from defectsynth.core.patch import Patch
from defectsynth.core.serialization import Value
from defectsynth.scene.scene import Scene


@dataclass(frozen=True)
class Recipe(Value):
    """What all recipes share.

    Attributes:
        kind: name of the defect.
        severity: in [0, 1].
        seed: what the transform's draw was seeded with.
        defect_type: what the caller calls it; empty for the kind.
    """

    kind: str
    severity: float
    seed: int
    defect_type: str = field(default="", kw_only=True)

    @abstractmethod
    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the defect, or None if nothing of it can be seen.

        Args:
            scene: the picture before any defect; the object, the light and the region of interest are taken from it.
            canvas: the picture so far, same shape and dtype, with earlier defects; it is not written to.
        """

    def forward(self, points: Array) -> Array:
        """Return where points (N, 2) in pixels stand afterwards; what a painted defect lies on stays."""
        return points

    def forward_outline(self, outline: Array) -> Array:
        """Return where the outline (N, 2) of a bounding box stands afterwards."""
        return self.forward(outline)
