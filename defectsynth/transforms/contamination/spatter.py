"""Spatter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.foreign_body import ForeignBody
from defectsynth.shapes.particles import Particles
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Spatter(PaintedDefect):
    """Spatter: drops of paint, ink, solder or weld metal thrown onto the surface.

    Lands anywhere unless `where` says otherwise; on the object it ends at the object's edge. A few large round drops
    and many small ones around the largest, with their own colour, domed, glossy or matt (one light direction a
    picture). The mask marks the drops.

    ![spatter](tests/golden/spatter.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        radius_range: of the largest drop, in [0, 0.5], fraction of min(H, W).
        particles_range: number of drops, in [1, 128].
        spread_range: standard deviation of their distance from the first, in [0, 0.5], fraction of min(H, W).
        variety_range: how much their sizes differ, in [0, 3]; more gives fewer large and more small ones.
        aspect_range: shorter by longer diameter, in [0.05, 1].
        palettes: families of colours, any of same (as the surface), any, gray, dark, light, rust, red, yellow, blue.
        shading_range: change of brightness where a side faces the light or turns away from it, in [0, 1].
        gloss_range: brightness of the highlight, in [0, 1].
        opacity_range: in [0, 1].
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Spatter, synthesize
        >>> sample = synthesize(np.full((96, 96, 3), 200, np.uint8), Spatter(palettes=("dark",)), seed=0)
        >>> bool(sample.image[sample.mask > 0].mean() < 150)
        True
    """

    kind: ClassVar[str] = "spatter"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.006, 0.02),
        particles_range: IntPair = (6, 45),
        spread_range: Pair = (0.025, 0.09),
        variety_range: Pair = (1.0, 2.5),
        aspect_range: Pair = (0.65, 1.0),
        palettes: tuple[str, ...] = ("dark", "gray", "light", "red", "blue"),
        shading_range: Pair = (0.05, 0.25),
        gloss_range: Pair = (0.0, 0.5),
        opacity_range: Pair = (0.8, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Particles(
                radius_range=radius_range,
                particles_range=particles_range,
                spread_range=spread_range,
                variety_range=variety_range,
                aspect_range=aspect_range,
                angularity_range=(0.0, 0.2),
            ),
            look=ForeignBody(
                palettes=palettes,
                shading_range=shading_range,
                wall_range=(0.7, 1.0),
                roughness_range=(0.0, 0.0),
                gloss_range=gloss_range,
                shadow_range=(0.0, 0.3),
                height_range=(0.0, 0.003),
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
