"""Contamination."""

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


class Contamination(PaintedDefect):
    """Contamination: foreign particles on the surface, such as a chip, crumbs, grit or chaff.

    Lands anywhere by default; placed on the object, it is clipped to it. One particle, or a larger one with smaller
    ones strewn around it, angular or rounded, in a colour of its own. Lit on one side, with a shadow on the other (one
    light direction per image). The mask marks the particles and their shadows.

    ![contamination](tests/golden/contamination.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: radius of the first and largest particle, in [0, 0.5], fraction of min(H, W).
        particles_range: number of particles, in [1, 128].
        spread_range: standard deviation of the distance from the first particle, in [0, 0.5], fraction of min(H, W).
        variety_range: variety of sizes, in [0, 3]; more gives fewer large and more small ones.
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        angularity_range: angularity, in [0, 1]; 0 is round, 1 an uneven polygon of 4 to 7 corners.
        palettes: families of colours, of which each draw takes one: same (as the surface), any, gray, dark, light,
            metal, rust, red, yellow, blue.
        shading_range: change of brightness where a side faces the light or faces away from it, in [0, 1].
        wall_range: width of the sloping sides, in [0, 1], fraction of the greatest distance to the outline; 1 is a
            dome, 0 a flat top.
        roughness_range: twice the standard deviation of the shading of small bumps, in [0, 1].
        gloss_range: brightness of the highlight, in [0, 1]; 0 is matt.
        shadow_range: opacity of the shadow, in [0, 1].
        height_range: length of the shadow, in [0, 0.1], fraction of min(H, W).
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Contamination, synthesize
        >>> sample = synthesize(np.full((96, 96, 3), 120, np.uint8), Contamination(), seed=0)
        >>> sample.defects[0]["kind"]
        'contamination'
    """

    kind: ClassVar[str] = "contamination"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.008, 0.03),
        particles_range: IntPair = (1, 7),
        spread_range: Pair = (0.02, 0.06),
        variety_range: Pair = (0.8, 1.8),
        aspect_range: Pair = (0.4, 1.0),
        angularity_range: Pair = (0.5, 1.0),
        palettes: tuple[str, ...] = ("same", "dark", "light", "gray", "rust"),
        shading_range: Pair = (0.1, 0.35),
        wall_range: Pair = (0.4, 1.0),
        roughness_range: Pair = (0.0, 0.25),
        gloss_range: Pair = (0.0, 0.0),
        shadow_range: Pair = (0.25, 0.55),
        height_range: Pair = (0.004, 0.014),
        opacity_range: Pair = (0.85, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Particles(
                radius_range=radius_range,
                particles_range=particles_range,
                spread_range=spread_range,
                variety_range=variety_range,
                aspect_range=aspect_range,
                angularity_range=angularity_range,
            ),
            look=ForeignBody(
                palettes=palettes,
                shading_range=shading_range,
                wall_range=wall_range,
                roughness_range=roughness_range,
                gloss_range=gloss_range,
                shadow_range=shadow_range,
                height_range=height_range,
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
