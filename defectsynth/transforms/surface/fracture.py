"""Fractures."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.fracture_facets import FractureFacets
from defectsynth.shapes.edge_strip import EdgeStrip
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Fracture(PaintedDefect):
    """A fracture: glass, ceramic, a tablet or another brittle part is broken along its rim and shows facets.

    Lands on the object's outline by default and always follows the outline nearest to the place, at the drawn depth;
    without a background it is straight. Along a ragged stretch the surface is replaced by facets in the material's
    colour, each tilted differently; a few neighbouring ones mirror the light. The mask marks the stretch. The outline
    stays as it was; `ChippedEdge` removes a piece.

    ![fracture](tests/golden/fracture.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length along the outline, in [0, 3], fraction of min(H, W).
        depth_range: distance of the outer side from the outline, inwards, in [0, 0.5], fraction of min(H, W).
        width_range: distance from the outer to the inner side, in [0, 0.5], fraction of min(H, W).
        raggedness_range: unevenness of both sides, in [0, 1], fraction of the width.
        facet_range: size of a facet, in [0, 0.5], fraction of min(H, W).
        stretch_range: length of a facet along the defect relative to its width, in [1, 8].
        contrast_range: standard deviation of the brightness of facets, in [0, 1].
        level_range: change of brightness of all facets, in [-1, 1].
        shine_range: share of the facets that mirror the light, in [0, 1].
        ridge_range: brightness of the lines between facets, in [0, 1].
        texture_range: share of the surface's texture that is left, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`; `where` defaults to "edge".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Fracture, synthesize
        >>> part = np.full((128, 128), 30, np.uint8)
        >>> part[40:90, 30:100] = 120
        >>> sample = synthesize(part, Fracture(), seed=2)
        >>> bool((part[sample.mask > 0] == 120).all())
        True
    """

    kind: ClassVar[str] = "fracture"

    def __init__(
        self,
        *,
        length_range: Pair = (0.08, 0.4),
        depth_range: Pair = (0.0, 0.0),
        width_range: Pair = (0.02, 0.1),
        raggedness_range: Pair = (0.2, 0.6),
        facet_range: Pair = (0.02, 0.06),
        stretch_range: Pair = (1.0, 4.0),
        contrast_range: Pair = (0.03, 0.12),
        level_range: Pair = (-0.2, 0.05),
        shine_range: Pair = (0.0, 0.2),
        ridge_range: Pair = (0.0, 0.25),
        texture_range: Pair = (0.0, 0.2),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "edge")
        super().__init__(
            shape=EdgeStrip(
                length_range=length_range,
                depth_range=depth_range,
                width_range=width_range,
                raggedness_range=raggedness_range,
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
            blend=Blend(opacity_range=opacity_range, feather_range=(0.0, 0.004)),
            **common,
        )
