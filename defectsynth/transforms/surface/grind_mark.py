"""Grind marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.filed import Filed
from defectsynth.shapes.ground_flat import GroundFlat
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class GrindMark(PaintedDefect):
    """A grind mark: a flat cut into the surface by a file, a grinding wheel or a hard edge.

    Lands anywhere by default; placed on the object, it is clipped to it. An uneven ellipse with a sharp rim, bare and
    full of fine parallel strokes. Its brightness differs from that of the surface and changes from end to end; its rim
    catches the light (one light direction per image). The mask marks the flat.

    ![grind_mark](tests/golden/grind_mark.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: half the length, in [0, 0.5], fraction of min(H, W).
        aspect_range: ratio of width to length, in [0.1, 1].
        angle_range: angle between the length and the direction of the place, in [-360, 360], degrees.
        unevenness_range: depth of bays in the outline, in [0, 0.5], fraction of the radius.
        raggedness_range: random displacement of the outline's corners, in [0, 0.3], fraction of the radius.
        contrast_range: mean change of brightness, in [-1, 1]; its sign changes where the result would be out of range.
        stroke_range: standard deviation of the brightness of strokes, in [0, 0.5].
        grain_range: width of a stroke, in [0, 0.1], fraction of min(H, W).
        slope_range: change of brightness from one end of the flat to the other, in [0, 1].
        stroke_angle_range: angle between the strokes and the direction of the place, in [-360, 360], degrees.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import GrindMark, synthesize
        >>> sample = synthesize(np.full((128, 128), 100, np.uint8), GrindMark(contrast_range=(0.2, 0.2)), seed=0)
        >>> bool(sample.image[sample.mask > 0].mean() > 130)
        True
    """

    kind: ClassVar[str] = "grind_mark"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.02, 0.05),
        aspect_range: Pair = (0.5, 1.0),
        angle_range: Pair = (-23.0, 23.0),
        unevenness_range: Pair = (0.02, 0.15),
        raggedness_range: Pair = (0.0, 0.04),
        contrast_range: Pair = (-0.05, 0.25),
        stroke_range: Pair = (0.03, 0.09),
        grain_range: Pair = (0.0015, 0.005),
        slope_range: Pair = (0.0, 0.25),
        stroke_angle_range: Pair = (-90.0, 90.0),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=GroundFlat(
                radius_range=radius_range,
                aspect_range=aspect_range,
                angle_range=angle_range,
                unevenness_range=unevenness_range,
                raggedness_range=raggedness_range,
            ),
            look=Filed(
                contrast_range=contrast_range,
                stroke_range=stroke_range,
                grain_range=grain_range,
                slope_range=slope_range,
                stroke_angle_range=stroke_angle_range,
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
