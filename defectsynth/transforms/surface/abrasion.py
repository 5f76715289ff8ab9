"""Abrasion."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.shade import Shade
from defectsynth.shapes.stroke_bundle import StrokeBundle
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Abrasion(PaintedDefect):
    """Abrasion: many fine scratches side by side, where something rough was rubbed over the surface.

    Lands anywhere by default; placed on the object, it is clipped to it. A bundle of fine strokes in about one
    direction, each with its own length and strength. The strokes are bright, dark or in relief (one light direction per
    image). The mask marks the strokes, not the surface between them.

    ![abrasion](tests/golden/abrasion.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length of the longest stroke, in [0, 2], fraction of min(H, W).
        width_range: thickness of a stroke, in [0, 0.05], fraction of min(H, W).
        strokes_range: number of strokes, in [1, 64].
        spread_range: standard deviation of the distance from the middle stroke, in [0, 0.5], fraction of min(H, W).
        disorder_range: standard deviation of the direction of strokes, in [0, 90], degrees.
        bend_range: change of direction from end to end, in [-360, 360], degrees.
        tones: bright, dark or relief; each draw takes one that can be seen on the surface.
        contrast_range: change of brightness, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Abrasion, synthesize
        >>> sample = synthesize(np.full((128, 128), 120, np.uint8), Abrasion(tones=("bright",)), seed=0)
        >>> bool((sample.image[sample.mask > 0] > 120).all())
        True
    """

    kind: ClassVar[str] = "abrasion"

    def __init__(
        self,
        *,
        length_range: Pair = (0.06, 0.22),
        width_range: Pair = (0.0006, 0.002),
        strokes_range: IntPair = (6, 25),
        spread_range: Pair = (0.01, 0.035),
        disorder_range: Pair = (3.0, 17.0),
        bend_range: Pair = (-23.0, 23.0),
        tones: tuple[str, ...] = ("bright", "dark"),
        contrast_range: Pair = (0.15, 0.4),
        opacity_range: Pair = (0.7, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=StrokeBundle(
                length_range=length_range,
                width_range=width_range,
                strokes_range=strokes_range,
                spread_range=spread_range,
                disorder_range=disorder_range,
                bend_range=bend_range,
            ),
            look=Shade(tones=tones, contrast_range=contrast_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
