"""Flattened crests."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.filed import Filed
from defectsynth.places.along_object import AlongObject
from defectsynth.shapes.crest_flats import CrestFlats
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class FlattenedCrest(PaintedDefect):
    """A flattened crest: the thread of a screw, a fin or a rib is ground or worn flat.

    Lands along the object by default, on parallel ribs across the direction of the place; their distance and slant are
    measured in the image. The flat on each crest is a pointed oval; if it is deep, the groove between two crests is
    flat, too. The flats are bare and full of fine parallel strokes, and their rim is lit (one light direction per
    image). Without ribs, one oval lies across the object. The mask marks the flats.

    ![flattened_crest](tests/golden/flattened_crest.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        ribs_range: number of crests, in [1, 8].
        length_range: length of the flat on a crest, in [0, 1.5], fraction of the object's width there.
        thickness_range: width of the flat on a crest, in [0, 1], fraction of the distance from rib to rib.
        groove_range: width of the flat in a groove, in [0, 1], fraction of the length of the neighbouring flats; below
            0.1 the groove is left unchanged.
        contrast_range: mean change of brightness, in [-1, 1]; its sign changes where the result would be out of range.
        stroke_range: standard deviation of the brightness of strokes, in [0, 0.5].
        grain_range: width of a stroke, in [0, 0.1], fraction of min(H, W).
        slope_range: change of brightness from one end of the flat to the other, in [0, 1].
        stroke_angle_range: angle between the strokes and the direction of the place, in [-360, 360], degrees.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`; `where` defaults to `AlongObject()`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import FlattenedCrest, synthesize
        >>> rod = np.full((128, 128), 220, np.uint8)
        >>> rod[50:80, 4:124] = np.tile(np.uint8([60] * 6 + [130] * 8), 9)[:120]  # ribs, fourteen pixels apart
        >>> sample = synthesize(rod, FlattenedCrest(ribs_range=(1, 1), thickness_range=(0.5, 0.5)), seed=0)
        >>> bool(np.ptp(np.flatnonzero(sample.mask.any(axis=0))) < 14)
        True
    """

    kind: ClassVar[str] = "flattened_crest"

    def __init__(
        self,
        *,
        ribs_range: IntPair = (1, 3),
        length_range: Pair = (0.4, 1.0),
        thickness_range: Pair = (0.2, 0.5),
        groove_range: Pair = (0.0, 0.75),
        contrast_range: Pair = (-0.03, 0.2),
        stroke_range: Pair = (0.035, 0.09),
        grain_range: Pair = (0.0015, 0.005),
        slope_range: Pair = (0.0, 0.15),
        stroke_angle_range: Pair = (46.0, 132.0),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", AlongObject())
        super().__init__(
            shape=CrestFlats(
                ribs_range=ribs_range,
                length_range=length_range,
                thickness_range=thickness_range,
                groove_range=groove_range,
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
