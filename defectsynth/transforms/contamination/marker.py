"""Marks of a marker pen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.color import Color
from defectsynth.shapes.hatching import Hatching
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class MarkerStroke(PaintedDefect):
    """Strokes of a marker pen: ink in broad strokes side by side, through which the surface shows.

    Lands on the object by default and is clipped to it. One line or a hatched area in one direction, streaky where
    the pen runs dry and darker where strokes overlap. The ink absorbs light as a film does: highlights of the surface
    shine through, dark places stay dark. The mask marks the visibly changed pixels.

    ![marker_stroke](tests/golden/marker_stroke.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length of a stroke, in [0, 2], fraction of min(H, W).
        width_range: thickness of a stroke, in [0, 0.3], fraction of min(H, W).
        strokes_range: number of strokes, in [1, 32].
        spacing_range: distance between neighbours, in [0, 3], multiples of the thickness.
        disorder_range: standard deviation of their direction, in [0, 90], degrees.
        bend_range: change of direction from end to end, in [-360, 360], degrees.
        dry_range: share of the ink that dry streaks lack, in [0, 1].
        palettes: families of inks, of which each draw takes one: any, gray, dark, light, metal, rust, red, yellow,
            blue.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`; `where` defaults to "object".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import MarkerStroke, synthesize
        >>> sample = synthesize(np.full((96, 96, 3), 200, np.uint8), MarkerStroke(), seed=0)
        >>> bool((sample.image <= 200).all())  # ink only absorbs
        True
    """

    kind: ClassVar[str] = "marker_stroke"

    def __init__(
        self,
        *,
        length_range: Pair = (0.08, 0.25),
        width_range: Pair = (0.012, 0.03),
        strokes_range: IntPair = (1, 6),
        spacing_range: Pair = (0.5, 1.0),
        disorder_range: Pair = (0.0, 6.0),
        bend_range: Pair = (-25.0, 25.0),
        dry_range: Pair = (0.2, 0.7),
        palettes: tuple[str, ...] = ("dark", "red", "blue"),
        opacity_range: Pair = (0.75, 1.0),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "object")
        super().__init__(
            shape=Hatching(
                length_range=length_range,
                width_range=width_range,
                strokes_range=strokes_range,
                spacing_range=spacing_range,
                disorder_range=disorder_range,
                bend_range=bend_range,
                dry_range=dry_range,
            ),
            look=Color(palettes=palettes),
            blend=Blend(mode="multiply", opacity_range=opacity_range),
            **common,
        )
