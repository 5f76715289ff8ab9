"""Clear drops."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.clear_dome import ClearDome
from defectsynth.shapes.spots import Spots
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class ClearDrop(PaintedDefect):
    """A clear drop: glue, resin, varnish, oil or water stands on the surface as a dome.

    Lands anywhere by default; placed on the object, it is clipped to it. A round drop or several, with the surface
    magnified beneath, amber or without a colour. It mirrors the light on one side, focuses it on the other (one light
    direction per image), and has a dark rim and a shadow. The mask marks the drops and their shadows. `Glue` draws
    cloudy and opaque ones.

    ![clear_drop](tests/golden/clear_drop.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: radius of the first and largest drop, in [0, 1], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        irregularity_range: unevenness of the outline, in [0, 1], fraction of the radius.
        spots_range: number of drops, in [1, 32]; all but the first are smaller.
        spread_range: distance of the other drops from the first, in [0, 20], multiples of the radius.
        magnify_range: magnification of the surface in the middle, in [1, 4].
        amber_range: depth of the amber colour in images of three channels, in [0, 1].
        glow_range: brightness of the light that is focused opposite to its source, in [0, 2].
        rim_range: darkness of the rim, in [0, 1].
        gloss_range: brightness of the highlight, in [0, 1].
        shadow_range: opacity of the shadow, in [0, 1].
        height_range: length of the shadow, in [0, 0.1], fraction of min(H, W).
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import ClearDrop, synthesize
        >>> sample = synthesize(np.full((128, 128), 90, np.uint8), ClearDrop(radius_range=(0.1, 0.1)), seed=0)
        >>> bool(sample.image.max() > 120 and sample.image.min() < 70)  # it shines, and its rim is dark
        True
    """

    kind: ClassVar[str] = "clear_drop"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.02, 0.06),
        aspect_range: Pair = (0.65, 1.0),
        irregularity_range: Pair = (0.0, 0.3),
        spots_range: IntPair = (1, 2),
        spread_range: Pair = (1.5, 5.0),
        magnify_range: Pair = (1.3, 2.2),
        amber_range: Pair = (0.0, 0.5),
        glow_range: Pair = (0.1, 0.6),
        rim_range: Pair = (0.3, 0.7),
        gloss_range: Pair = (0.3, 0.9),
        shadow_range: Pair = (0.2, 0.5),
        height_range: Pair = (0.004, 0.012),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Spots(
                radius_range=radius_range,
                aspect_range=aspect_range,
                irregularity_range=irregularity_range,
                softness_range=(0.0, 0.05),
                spots_range=spots_range,
                spread_range=spread_range,
            ),
            look=ClearDome(
                magnify_range=magnify_range,
                amber_range=amber_range,
                glow_range=glow_range,
                rim_range=rim_range,
                gloss_range=gloss_range,
                shadow_range=shadow_range,
                height_range=height_range,
            ),
            blend=Blend(opacity_range=(0.95, 1.0)),
            **common,
        )
