"""Pits."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.relief import Relief
from defectsynth.shapes.spots import Spots
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Pit(PaintedDefect):
    """A pit: a small hollow left by corrosion, a blow, a pore or a lost crumb.

    Lands anywhere by default; placed on the object, it is clipped to it. One uneven hollow, or a larger one with
    smaller ones around it. Dark on its floor and on the wall next to the light, bright on the wall that faces the light
    (one light direction per image). The mask marks the visibly changed pixels, walls included.

    ![pit](tests/golden/pit.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: radius of the first and largest hollow, in [0, 1], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        irregularity_range: unevenness of the outline, in [0, 1], fraction of the radius.
        spots_range: number of hollows, in [1, 32]; all but the first are smaller.
        spread_range: distance of the other hollows from the first, in [0, 20], multiples of the radius.
        contrast_range: change of brightness on a wall, in [0, 1].
        wall_range: width of the slope, in [0, 1], fraction of the greatest distance to the outline; 1 is a bowl, 0 a
            flat floor with steep walls.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Pit, synthesize
        >>> sample = synthesize(np.full((96, 96), 128, np.uint8), Pit(), seed=0)
        >>> bool(sample.image.min() < 128 < sample.image.max())
        True
    """

    kind: ClassVar[str] = "pit"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.008, 0.025),
        aspect_range: Pair = (0.5, 1.0),
        irregularity_range: Pair = (0.1, 0.4),
        spots_range: IntPair = (1, 5),
        spread_range: Pair = (1.5, 5.0),
        contrast_range: Pair = (0.2, 0.5),
        wall_range: Pair = (0.3, 1.0),
        opacity_range: Pair = (0.8, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Spots(
                radius_range=radius_range,
                aspect_range=aspect_range,
                irregularity_range=irregularity_range,
                softness_range=(0.0, 0.2),
                spots_range=spots_range,
                spread_range=spread_range,
            ),
            look=Relief(forms=("pit",), contrast_range=contrast_range, wall_range=wall_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
