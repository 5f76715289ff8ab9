"""Drilled holes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.opening import DrilledBore
from defectsynth.shapes.spots import Spots
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class DrillHole(PaintedDefect):
    """A drill hole: a round hole in wood, a shell or plastic, drilled or bored by an insect, with a torn rim.

    Lands anywhere by default; placed on the object, it is clipped to it. The bore is dark, and its wall is lit on the
    side that faces the light. Around it stands a torn rim of fresh, paler material, and crumbs lie beside it. The mask
    marks bore, rim and crumbs.

    ![drill_hole](tests/golden/drill_hole.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: radius of the bore, in [0, 1], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        irregularity_range: unevenness of the outline, in [0, 1], fraction of the radius.
        floor_range: brightness of the floor, in [0, 1], fraction of that of the surface.
        wall_range: width of the visible wall, in [0, 1], fraction of the radius.
        rim_range: greatest width of the torn rim, in [0, 0.2], fraction of min(H, W).
        fresh_range: change of brightness of the fresh material, in [-1, 1].
        crumbs_range: distance up to which crumbs lie, in [0, 5], multiples of the width of the rim.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import DrillHole, synthesize
        >>> sample = synthesize(np.full((128, 128), 150, np.uint8), DrillHole(), seed=0)
        >>> bool(sample.image.min() < 75 and sample.image.max() > 150)  # bore and torn rim
        True
    """

    kind: ClassVar[str] = "drill_hole"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.01, 0.04),
        aspect_range: Pair = (0.8, 1.0),
        irregularity_range: Pair = (0.0, 0.15),
        floor_range: Pair = (0.05, 0.3),
        wall_range: Pair = (0.2, 0.6),
        rim_range: Pair = (0.008, 0.024),
        fresh_range: Pair = (0.1, 0.3),
        crumbs_range: Pair = (0.0, 2.5),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Spots(
                radius_range=radius_range,
                aspect_range=aspect_range,
                irregularity_range=irregularity_range,
                softness_range=(0.0, 0.1),
                spots_range=(1, 1),
            ),
            look=DrilledBore(
                floor_range=floor_range,
                wall_range=wall_range,
                rim_range=rim_range,
                fresh_range=fresh_range,
                crumbs_range=crumbs_range,
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
