"""Spots of another colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.color import Color
from defectsynth.shapes.spots import Spots
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class ColorSpot(PaintedDefect):
    """A spot of another colour: dirt, rust, ink, a splash of paint, a coating of another shade.

    Lands anywhere by default; placed on the object, it is clipped to it. One uneven blob, or a larger one with smaller
    ones around it, sharp or diffuse. Opaque paint, or a tint that lets the texture through. The mask marks the visibly
    changed pixels; the faint end of a diffuse rim is left unpainted.

    ![color_spot](tests/golden/color_spot.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: radius of the first and largest blob, in [0, 1], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        irregularity_range: unevenness of the outline, in [0, 1], fraction of the radius.
        softness_range: width of the soft rim, in [0, 1], fraction of the radius; 0 is sharp.
        spots_range: number of blobs, in [1, 32]; all but the first are smaller.
        spread_range: distance of the other blobs from the first, in [0, 20], multiples of the radius.
        palettes: families of colours, of which each draw takes one: any, gray, dark, light, metal, rust, red, yellow,
            blue.
        tint_range: share of the surface's texture that shows through, in [0, 1]; 0 is opaque paint.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import ColorSpot, synthesize
        >>> sample = synthesize(np.full((96, 96, 3), 200, np.uint8), ColorSpot(palettes=("blue",)), seed=5)
        >>> sample.defects[0]["area"] == int((sample.mask > 0).sum())
        True
    """

    kind: ClassVar[str] = "color_spot"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.01, 0.035),
        aspect_range: Pair = (0.5, 1.0),
        irregularity_range: Pair = (0.05, 0.3),
        softness_range: Pair = (0.0, 0.6),
        spots_range: IntPair = (1, 3),
        spread_range: Pair = (1.2, 3.0),
        palettes: tuple[str, ...] = ("dark", "light", "rust", "red", "blue"),
        tint_range: Pair = (0.0, 1.0),
        opacity_range: Pair = (0.5, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Spots(
                radius_range=radius_range,
                aspect_range=aspect_range,
                irregularity_range=irregularity_range,
                softness_range=softness_range,
                spots_range=spots_range,
                spread_range=spread_range,
            ),
            look=Color(palettes=palettes, tint_range=tint_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
