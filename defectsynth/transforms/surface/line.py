"""The straight line of anomaly twins."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.color import Color
from defectsynth.shapes.segment import Segment
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Line(PaintedDefect):
    """A straight line of one colour: the mark that turns a good picture into its "anomaly twin".

    Lands anywhere unless `where` says otherwise. It starts at the place, points towards the centre of the picture and
    is sharp and opaque. The mask marks the line.

    ![line](tests/golden/line.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        length_range: extent along x and along y, drawn separately, in [0, 2], fraction of min(H, W).
        width_range: thickness, in [0, 0.5], fraction of min(H, W).
        palettes: families of colours, any of any, gray, dark, light, rust, red, yellow, blue.
        common: see `DefectTransform`.

    References:
        "Anomaly twins" of the article on deep metric learning for MVTec AD (daisukelab): lengths to 45 and widths of 1
        to 16 pixels at 224. Ours are fractions of the picture, colours stay within the dtype's range, and the true
        mask comes with it.

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
            shape=Segment(length_range=length_range, width_range=width_range),
            look=Color(palettes=palettes),
            blend=Blend(opacity_range=(1.0, 1.0)),
            **common,
        )
