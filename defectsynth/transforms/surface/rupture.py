"""Ruptures of plates."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.opening import ChippedGap
from defectsynth.shapes.branching_path import Rift
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Rupture(PaintedDefect):
    """A rupture: a tile, plate or pane is broken through, and the pieces have parted.

    Lands anywhere by default; placed on the object, it is clipped to it; at the edge it runs inwards. Long gaping
    cracks, nearly straight and of almost constant width, run from one point, mostly out of the image. The gap is dark
    with a lit wall on one side, and pale material has chipped off along its rim. The mask marks gap and chips.

    ![rupture](tests/golden/rupture.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length of an arm, in [0, 2], fraction of min(H, W); what lies outside the image is cut off.
        width_range: width of the widest arm, in [0, 0.1], fraction of min(H, W).
        arms_range: number of arms, in [1, 6]; two form one line.
        bend_range: change of direction of an arm from end to end, in [-90, 90], degrees.
        waviness_range: standard deviation of the random change of direction along an arm, in [0, 45], degrees.
        depth_range: darkness of the gap, in [0, 1]; 1 is as dark as its ground can be.
        chips_range: greatest width of the chipped rim, in [0, 0.1], fraction of min(H, W).
        fresh_range: change of brightness of the chipped material, in [-1, 1].
        wall_range: brightness of the wall that faces the light, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Rupture, synthesize
        >>> sample = synthesize(np.full((96, 96), 150, np.uint8), Rupture(), seed=0)
        >>> bool(sample.image.min() < 75 and sample.image.max() > 150)  # gap and chips
        True
    """

    kind: ClassVar[str] = "rupture"

    def __init__(
        self,
        *,
        length_range: Pair = (0.3, 1.4),
        width_range: Pair = (0.005, 0.025),
        arms_range: IntPair = (2, 3),
        bend_range: Pair = (-15.0, 15.0),
        waviness_range: Pair = (2.0, 9.0),
        depth_range: Pair = (0.8, 1.0),
        chips_range: Pair = (0.004, 0.012),
        fresh_range: Pair = (0.1, 0.3),
        wall_range: Pair = (0.05, 0.3),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Rift(
                length_range=length_range,
                width_range=width_range,
                arms_range=arms_range,
                bend_range=bend_range,
                waviness_range=waviness_range,
            ),
            look=ChippedGap(
                depth_range=depth_range, chips_range=chips_range, fresh_range=fresh_range, wall_range=wall_range
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
