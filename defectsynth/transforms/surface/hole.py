"""Holes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.substrate import Substrate
from defectsynth.shapes.spots import Spots
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Hole(PaintedDefect):
    """A hole: the surface is torn or burnt through and shows the material beneath.

    Lands anywhere by default; placed on the object, it is clipped to it. A roundish opening with an uneven rim. The
    material beneath is darker than the surface, or brighter under a dark surface, and has hardly any texture. The mask
    marks the hole.

    ![hole](tests/golden/hole.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: radius, in [0, 1], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        irregularity_range: unevenness of the outline, in [0, 1], fraction of the radius.
        softness_range: width of the soft rim, in [0, 1], fraction of the radius; 0 is sharp.
        contrast_range: change of brightness, in [0, 1].
        texture: share of the surface's texture that is left, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Hole, synthesize
        >>> sample = synthesize(np.full((128, 128), 120, np.uint8), Hole(), seed=0)
        >>> bool((sample.image[sample.mask > 0] < 120).all())
        True
    """

    kind: ClassVar[str] = "hole"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.012, 0.04),
        aspect_range: Pair = (0.5, 1.0),
        irregularity_range: Pair = (0.15, 0.5),
        softness_range: Pair = (0.05, 0.25),
        contrast_range: Pair = (0.2, 0.5),
        texture: float = 0.1,
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Spots(
                radius_range=radius_range,
                aspect_range=aspect_range,
                irregularity_range=irregularity_range,
                softness_range=softness_range,
                spots_range=(1, 1),
            ),
            look=Substrate(contrast_range=contrast_range, texture=texture),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
