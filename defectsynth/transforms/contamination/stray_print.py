"""Stray print."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.color import Color
from defectsynth.shapes.lettering import Lettering
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class StrayPrint(PaintedDefect):
    """Stray print: letters or digits printed, stamped or written where none belong.

    Lands anywhere by default; placed on the object, it is clipped to it. One letter, or a few in a line, in one colour,
    more or less opaque. The mask marks the letters.

    ![stray_print](tests/golden/stray_print.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        letters_range: number of letters, in [1, 12].
        height_range: height of a capital, in [0, 0.5], fraction of min(H, W).
        stroke_range: thickness of a stroke, in [0.02, 0.4], fraction of the height.
        squeeze_range: width of a letter relative to that of the font, in [0.3, 2].
        palettes: families of colours, of which each draw takes one: any, gray, dark, light, metal, rust, red, yellow,
            blue.
        tint_range: share of the surface's texture that shows through, in [0, 1]; 0 is opaque paint.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import StrayPrint, synthesize
        >>> sample = synthesize(np.full((96, 96), 200, np.uint8), StrayPrint(palettes=("dark",)), seed=0)
        >>> bool((sample.image[sample.mask > 0] < 200).all())
        True
    """

    kind: ClassVar[str] = "stray_print"

    def __init__(
        self,
        *,
        letters_range: IntPair = (1, 4),
        height_range: Pair = (0.04, 0.1),
        stroke_range: Pair = (0.08, 0.22),
        squeeze_range: Pair = (0.7, 1.1),
        palettes: tuple[str, ...] = ("dark", "light", "blue", "red"),
        tint_range: Pair = (0.0, 0.6),
        opacity_range: Pair = (0.6, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Lettering(
                letters_range=letters_range,
                height_range=height_range,
                stroke_range=stroke_range,
                squeeze_range=squeeze_range,
            ),
            look=Color(palettes=palettes, tint_range=tint_range),
            blend=Blend(opacity_range=opacity_range, feather_range=(0.0, 0.003)),
            **common,
        )
