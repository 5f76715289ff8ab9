"""Straight lines, as in anomaly twins."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.color import Color
from defectsynth.shapes.line_segment import LineSegment
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Line(PaintedDefect):
    """A straight line of one colour: the mark that turns a good image into its "anomaly twin".

    Lands anywhere by default; placed on the object, it is clipped to it. Starts at the place and points towards the
    centre of the image; sharp and opaque. The mask marks the line.

    ![line](tests/golden/line.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: extent along x and along y, drawn independently, in [0, 2], fraction of min(H, W).
        width_range: thickness, in [0, 0.5], fraction of min(H, W).
        palettes: families of colours, of which each draw takes one: any, gray, dark, light, metal, rust, red, yellow,
            blue.
        common: see `DefectTransform`.

    References:
        "Anomaly twins" of the article on deep metric learning for MVTec AD (daisukelab): lengths up to 45 and widths of
        1 to 16 pixels at 224. Here they are fractions of the image, colours stay within the dtype's range, and the true
        mask is returned.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Line, synthesize
        >>> sample = synthesize(np.full((64, 64, 3), 128, np.uint8), Line(), seed=3)
        >>> bool((sample.image != 128).any(axis=2)[sample.mask == 0].any())
        False
    """

    kind: ClassVar[str] = "line"

    def __init__(
        self,
        *,
        length_range: Pair = (0.0, 0.2),
        width_range: Pair = (1 / 224, 16 / 224),
        palettes: tuple[str, ...] = ("any", "gray"),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=LineSegment(length_range=length_range, width_range=width_range),
            look=Color(palettes=palettes),
            blend=Blend(opacity_range=(1.0, 1.0)),
            **common,
        )
