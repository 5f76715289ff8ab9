"""Parts of a wrong variety."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.mottling import PATTERNS, Mottling
from defectsynth.shapes.silhouette import Silhouette
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class WrongVariety(PaintedDefect):
    """A wrong variety: a mixed-up part of the same form, in another colour, with other specks or none.

    Changes the whole object; with `where="anywhere"`, its whole bounding box. Relief, engraving and shading stay.
    Coloured specks fade, the base colour changes, and new specks appear: dots, many with a dark rim, or fine dense
    grain. In gray images old specks stay. The mask marks the object.

    ![wrong_variety](tests/golden/wrong_variety.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        patterns: plain (no specks), dots or grain, of which each draw takes one.
        fade_range: share of the contrast of coloured specks that is removed, in [0, 1].
        tint_range: relative change of red, green and blue of the base colour, drawn independently, in [-0.5, 0.5].
        palettes: families of colours of the specks, of which each draw takes one: any, gray, dark, light, metal, rust,
            red, yellow, blue.
        size_range: radius of a dot or size of a grain, in [0, 0.1], fraction of min(H, W).
        dots_range: number of dots, in [1, 400].
        cover_range: share of the surface that grain covers, in [0, 0.9].
        strength_range: opacity of the specks, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`; `where` defaults to "object", `min_visibility` to 0.015.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import WrongVariety, synthesize
        >>> part = np.full((128, 128, 3), 30, np.uint8)
        >>> part[40:90, 30:100] = 200
        >>> sample = synthesize(part, WrongVariety(patterns=("grain",)), seed=2)
        >>> round(float((sample.mask > 0).sum() / (50 * 70)), 1)
        1.0
    """

    kind: ClassVar[str] = "wrong_variety"

    def __init__(
        self,
        *,
        patterns: tuple[str, ...] = PATTERNS,
        fade_range: Pair = (0.8, 1.0),
        tint_range: Pair = (-0.12, 0.06),
        palettes: tuple[str, ...] = ("rust", "yellow", "gray"),
        size_range: Pair = (0.004, 0.02),
        dots_range: IntPair = (12, 50),
        cover_range: Pair = (0.15, 0.5),
        strength_range: Pair = (0.4, 0.8),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "object")
        common.setdefault("min_visibility", 0.015)
        super().__init__(
            shape=Silhouette(),
            look=Mottling(
                patterns=patterns,
                fade_range=fade_range,
                tint_range=tint_range,
                palettes=palettes,
                size_range=size_range,
                dots_range=dots_range,
                cover_range=cover_range,
                strength_range=strength_range,
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
