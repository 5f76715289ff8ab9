"""Bubbles."""

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


class Bubble(PaintedDefect):
    """A bubble: a blister under paint or film, a bump in a coating, gas trapped in plastic.

    Lands anywhere by default; placed on the object, it is clipped to it. One round bump, or a larger one with smaller
    ones around it. Bright on the side towards the light and dark on the other, with a highlight if it is glossy (one
    light direction per image). The mask marks the visibly changed pixels.

    ![bubble](tests/golden/bubble.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: radius of the first and largest bump, in [0, 1], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        irregularity_range: unevenness of the outline, in [0, 1], fraction of the radius.
        spots_range: number of bumps, in [1, 32]; all but the first are smaller.
        spread_range: distance of the other bumps from the first, in [0, 20], multiples of the radius.
        contrast_range: change of brightness on a slope, in [0, 1].
        wall_range: width of the slope, in [0, 1], fraction of the greatest distance to the outline; 1 is a dome, 0 a
            flat top with steep walls.
        gloss_range: brightness of the highlight, in [0, 1]; 0 is matt.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Bubble, synthesize
        >>> sample = synthesize(np.full((96, 96), 128, np.uint8), Bubble(), seed=0)
        >>> bool(sample.image.min() < 128 < sample.image.max())
        True
    """

    kind: ClassVar[str] = "bubble"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.012, 0.035),
        aspect_range: Pair = (0.75, 1.0),
        irregularity_range: Pair = (0.0, 0.1),
        spots_range: IntPair = (1, 3),
        spread_range: Pair = (1.8, 5.0),
        contrast_range: Pair = (0.2, 0.45),
        wall_range: Pair = (0.6, 1.0),
        gloss_range: Pair = (0.0, 0.6),
        opacity_range: Pair = (0.7, 1.0),
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
            look=Relief(forms=("bump",), contrast_range=contrast_range, wall_range=wall_range, gloss_range=gloss_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
