"""Scuffs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.relief import Relief
from defectsynth.shapes.fractal import Fractal
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Scuff(PaintedDefect):
    """A scuff: an area where the surface is torn up and rough.

    Lands anywhere by default; placed on the object, it is clipped to it. A cloud of lobes, bays and islands full of
    bumps of all sizes, lit from one side (one light direction per image). The mask marks the visibly changed pixels.

    ![scuff](tests/golden/scuff.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: greatest distance from the centre, in [0, 0.5], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        cover_range: share of the ellipse that is covered, in [0.05, 0.95].
        raggedness_range: share of noise in the outline, in [0, 1]; 0 is an ellipse, 1 scattered islands.
        softness_range: width of the soft rim, in [0, 1]; 0 is sharp, 1 fades from the centre outwards.
        contrast_range: twice the standard deviation of the change of brightness, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Scuff, synthesize
        >>> sample = synthesize(np.full((96, 96), 128, np.uint8), Scuff(), seed=0)
        >>> bool(sample.image.min() < 128 < sample.image.max())
        True
    """

    kind: ClassVar[str] = "scuff"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.03, 0.1),
        aspect_range: Pair = (0.3, 1.0),
        cover_range: Pair = (0.3, 0.6),
        raggedness_range: Pair = (0.4, 0.8),
        softness_range: Pair = (0.1, 0.6),
        contrast_range: Pair = (0.1, 0.3),
        opacity_range: Pair = (0.8, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Fractal(
                radius_range=radius_range,
                aspect_range=aspect_range,
                cover_range=cover_range,
                raggedness_range=raggedness_range,
                softness_range=softness_range,
            ),
            look=Relief(forms=("rough",), contrast_range=contrast_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
