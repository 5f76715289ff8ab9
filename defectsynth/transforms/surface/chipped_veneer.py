"""Chipped veneers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.fibrous_core import FibrousCore
from defectsynth.scene.orientation import measure_orientation
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.fractal import Fractal
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class ChippedVeneer(PaintedDefect):
    """A chipped veneer: the decor of a laminate board, the veneer or a coat is torn off along the grain.

    Lands anywhere by default; placed on the object, it is clipped to it. A long, ragged patch runs along the direction
    of the grain, with splintered ends. It shows the core: fibres along the grain, dark pits, one side of the rim lit.
    The mask marks the core.

    ![chipped_veneer](tests/golden/chipped_veneer.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: half the length, in [0, 0.5], fraction of min(H, W).
        aspect_range: width by length, in [0.05, 1].
        raggedness_range: unevenness of the outline, in [0, 1]; 1 gives scattered islands.
        splinter_range: how far the fibres shift the rim, in [0, 1].
        cores: materials, of which each draw takes the colour of one: fiberboard, wood, charred.
        fiber_range: change of brightness from fibre to fibre, in [0, 1], share of the brightness.
        grain_range: width of a fibre, in [0, 0.1], fraction of min(H, W).
        pits_range: darkness of the pits, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import ChippedVeneer, synthesize
        >>> board = np.full((128, 128, 3), (200, 190, 170), np.uint8)
        >>> board[::6] -= 30
        >>> sample = synthesize(board, ChippedVeneer(cores=("fiberboard",)), seed=0)
        >>> rows, columns = np.nonzero(sample.mask)
        >>> bool(np.ptp(columns) > np.ptp(rows))  # along the grain
        True
    """

    kind: ClassVar[str] = "chipped_veneer"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.06, 0.25),
        aspect_range: Pair = (0.2, 0.45),
        raggedness_range: Pair = (0.4, 0.8),
        splinter_range: Pair = (0.5, 1.0),
        cores: tuple[str, ...] = ("fiberboard", "wood", "charred"),
        fiber_range: Pair = (0.15, 0.35),
        grain_range: Pair = (0.003, 0.008),
        pits_range: Pair = (0.3, 1.0),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Fractal(
                radius_range=radius_range,
                aspect_range=aspect_range,
                raggedness_range=raggedness_range,
                softness_range=(0.8, 1.0),
            ),
            look=FibrousCore(
                cores=cores,
                fiber_range=fiber_range,
                grain_range=grain_range,
                pits_range=pits_range,
                splinter_range=splinter_range,
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )

    def place(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Draw a place, turned into the direction of the grain there."""
        place = super().place(rng, scene)
        if place is None:
            return None
        return Place(place.x, place.y, measure_orientation(scene, place, crossing=False).angle, edge=place.edge)
