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

    Lands anywhere by default; placed on the object, it is clipped to it. A few large round drops and many small ones
    around the largest, in a colour of their own; domed, glossy or matt (one light direction per image). The mask marks
    the drops and their shadows.

    ![spatter](tests/golden/spatter.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: radius of the first and largest drop, in [0, 0.5], fraction of min(H, W).
        particles_range: number of drops, in [1, 128].
        spread_range: standard deviation of the distance from the first drop, in [0, 0.5], fraction of min(H, W).
        variety_range: variety of sizes, in [0, 3]; more gives fewer large and more small ones.
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        palettes: families of colours, of which each draw takes one: same (as the surface), any, gray, dark, light,
            metal, rust, red, yellow, blue.
        shading_range: change of brightness where a side faces the light or faces away from it, in [0, 1].
        gloss_range: brightness of the highlight, in [0, 1]; 0 is matt.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
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
