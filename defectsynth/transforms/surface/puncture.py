"""Punctures."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.fracture_facets import FractureFacets
from defectsynth.shapes.burst import Burst
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Puncture(PaintedDefect):
    """A puncture: a shell, foil or skin is poked through, and its torn flaps are turned up.

    Lands on the object by default. A small angular opening with fine cracks that run out of it. In the opening are
    flaps lighter and darker than the surface, each tilted differently, with bright torn edges. The mask marks the
    opening and the cracks.

    ![puncture](tests/golden/puncture.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: radius of the opening, in [0, 0.5], fraction of min(H, W).
        aspect_range: length of the opening along the direction of the place relative to its width, in [1, 8].
        cracks_range: number of cracks, in [0, 12].
        reach_range: length of a crack beyond the opening, in [0, 10], multiples of the radius.
        facet_range: size of a facet, in [0, 0.5], fraction of min(H, W).
        stretch_range: length of a facet along the defect relative to its width, in [1, 8].
        contrast_range: standard deviation of the brightness of facets, in [0, 1].
        level_range: change of brightness of all facets, in [-1, 1].
        shine_range: share of the facets that mirror the light, in [0, 1].
        ridge_range: brightness of the lines between facets, in [0, 1].
        texture_range: share of the surface's texture that is left, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`; `where` defaults to "object".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Puncture, synthesize
        >>> sample = synthesize(np.full((128, 128), 128, np.uint8), Puncture(), seed=0)
        >>> bool(sample.image.min() < 128 < sample.image.max())
        True
    """

    kind: ClassVar[str] = "puncture"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.01, 0.035),
        aspect_range: Pair = (1.0, 1.8),
        cracks_range: IntPair = (0, 4),
        reach_range: Pair = (0.3, 2.0),
        facet_range: Pair = (0.006, 0.02),
        stretch_range: Pair = (1.0, 2.5),
        contrast_range: Pair = (0.06, 0.2),
        level_range: Pair = (-0.1, 0.15),
        shine_range: Pair = (0.0, 0.15),
        ridge_range: Pair = (0.0, 0.4),
        texture_range: Pair = (0.0, 0.4),
        opacity_range: Pair = (0.6, 1.0),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "object")
        super().__init__(
            shape=Burst(
                radius_range=radius_range,
                aspect_range=aspect_range,
                cracks_range=cracks_range,
                reach_range=reach_range,
            ),
            look=FractureFacets(
                facet_range=facet_range,
                stretch_range=stretch_range,
                contrast_range=contrast_range,
                level_range=level_range,
                shine_range=shine_range,
                ridge_range=ridge_range,
                texture_range=texture_range,
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
