"""Drops of glue."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.foreign_body import ForeignBody
from defectsynth.shapes.spots import Spots
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Glue(PaintedDefect):
    """Glue: a drop or smear of glue, resin, flux or grease, clear or cloudy, dried on the surface.

    Lands anywhere by default; placed on the object, it is clipped to it. One uneven drop, or a larger one with smaller
    ones around it; domed and glossy, with a lit and a dark rim (one light direction per image). More or less of the
    surface shows through. The mask marks the drops and their shadows.

    ![glue](tests/golden/glue.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: radius of the first and largest drop, in [0, 1], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        irregularity_range: unevenness of the outline, in [0, 1], fraction of the radius.
        spots_range: number of drops, in [1, 32]; all but the first are smaller.
        spread_range: distance of the other drops from the first, in [0, 20], multiples of the radius.
        palettes: families of colours, of which each draw takes one: same (as the surface), any, gray, dark, light,
            metal, rust, red, yellow, blue.
        tint_range: share of the surface's texture that shows through, in [0, 1]; 0 is opaque.
        shading_range: change of brightness where a side faces the light or faces away from it, in [0, 1].
        wall_range: width of the sloping sides, in [0, 1], fraction of the greatest distance to the outline; 1 is a
            dome, 0 a flat top.
        gloss_range: brightness of the highlight, in [0, 1]; 0 is matt.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Glue, synthesize
        >>> sample = synthesize(np.full((96, 96), 120, np.uint8), Glue(), seed=0)
        >>> bool(sample.image.max() > 150)  # it shines
        True
    """

    kind: ClassVar[str] = "glue"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.015, 0.06),
        aspect_range: Pair = (0.3, 1.0),
        irregularity_range: Pair = (0.1, 0.5),
        spots_range: IntPair = (1, 4),
        spread_range: Pair = (0.7, 2.5),
        palettes: tuple[str, ...] = ("same", "light"),
        tint_range: Pair = (0.6, 1.0),
        shading_range: Pair = (0.08, 0.25),
        wall_range: Pair = (0.3, 1.0),
        gloss_range: Pair = (0.2, 0.8),
        opacity_range: Pair = (0.4, 0.9),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Spots(
                radius_range=radius_range,
                aspect_range=aspect_range,
                irregularity_range=irregularity_range,
                softness_range=(0.0, 0.1),
                spots_range=spots_range,
                spread_range=spread_range,
            ),
            look=ForeignBody(
                palettes=palettes,
                tint_range=tint_range,
                shading_range=shading_range,
                wall_range=wall_range,
                roughness_range=(0.0, 0.0),
                gloss_range=gloss_range,
                shadow_range=(0.0, 0.25),
                height_range=(0.002, 0.006),
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
