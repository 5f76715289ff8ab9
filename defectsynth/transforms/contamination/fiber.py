"""Fibres."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.foreign_body import ForeignBody
from defectsynth.shapes.strand import Strand
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Fiber(PaintedDefect):
    """A fibre: a hair, a thread or lint on the surface or in the coating.

    Lands anywhere by default; placed on the object, it is clipped to it. A long thin curve of constant thickness that
    wanders and curls, in a colour of its own, with a thin shadow (one light direction per image). The mask marks the
    fibre and its shadow.

    ![fiber](tests/golden/fiber.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length along the curve, in [0, 2], fraction of min(H, W).
        width_range: thickness, in [0, 0.1], fraction of min(H, W).
        bend_range: change of direction from end to end, in [-360, 360], degrees.
        curl_range: additional random change of direction, in [0, 360], degrees.
        palettes: families of colours, of which each draw takes one: same (as the surface), any, gray, dark, light,
            metal, rust, red, yellow, blue.
        shadow_range: opacity of the shadow, in [0, 1].
        height_range: length of the shadow, in [0, 0.1], fraction of min(H, W).
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Fiber, synthesize
        >>> sample = synthesize(np.full((96, 96, 3), 200, np.uint8), Fiber(palettes=("dark",)), seed=0)
        >>> bool((sample.image <= 200).all())
        True
    """

    kind: ClassVar[str] = "fiber"

    def __init__(
        self,
        *,
        length_range: Pair = (0.08, 0.4),
        width_range: Pair = (0.0012, 0.004),
        bend_range: Pair = (-143.0, 143.0),
        curl_range: Pair = (17.0, 115.0),
        palettes: tuple[str, ...] = ("dark", "gray", "light", "blue", "red"),
        shadow_range: Pair = (0.0, 0.3),
        height_range: Pair = (0.002, 0.008),
        opacity_range: Pair = (0.6, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Strand(
                length_range=length_range,
                width_range=width_range,
                bend_range=bend_range,
                curl_range=curl_range,
            ),
            look=ForeignBody(
                palettes=palettes,
                shading_range=(0.0, 0.15),
                roughness_range=(0.0, 0.0),
                shadow_range=shadow_range,
                height_range=height_range,
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
