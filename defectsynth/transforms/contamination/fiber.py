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

    Lands anywhere unless `where` says otherwise; on the object it ends at the object's edge. A long thin curve of one
    thickness that wanders and curls, with its own colour and a thin shadow (one light direction a picture). The mask
    marks fibre and shadow.

    ![fiber](tests/golden/fiber.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        length_range: along the curve, in [0, 2], fraction of min(H, W).
        width_range: thickness, in [0, 0.1], fraction of min(H, W).
        bend_range: change of direction from end to end, in [-360, 360], degrees.
        curl_range: how far the direction wanders besides, in [0, 360], degrees.
        palettes: families of colours, any of same (as the surface), any, gray, dark, light, rust, red, yellow, blue.
        shadow_range: how dark the shadow is, in [0, 1].
        height_range: length of the shadow, in [0, 0.1], fraction of min(H, W).
        opacity_range: in [0, 1].
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
