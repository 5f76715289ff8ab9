"""Fractures."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.fracture_facets import FractureFacets
from defectsynth.shapes.rim import Rim
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Fracture(PaintedDefect):
    """A fracture: glass, ceramics, a tablet or another brittle part is broken along its rim, the break's facets show.

    Lands at the object's outline unless `where` says otherwise, and always follows the outline nearest to that place,
    at a depth; without a background it runs straight. A ragged stretch in which nothing of the surface is left: facets
    of the material's colour, each turned another way, a few of them, side by side, mirroring the light. The mask marks
    the stretch. The outline itself stays; see `ChippedEdge` for a piece that is gone.

    ![fracture](tests/golden/fracture.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        length_range: along the outline, in [0, 3], fraction of min(H, W).
        depth_range: where it begins, in [0, 0.5], from the outline inwards, fraction of min(H, W).
        width_range: from there inwards, in [0, 0.5], fraction of min(H, W).
        raggedness_range: unevenness of its sides, in [0, 1], fraction of the width.
        facet_range: size of a facet, in [0, 0.5], fraction of min(H, W).
        stretch_range: how much longer a facet is along the defect, in [1, 8].
        contrast_range: standard deviation of the brightness of the facets, in [0, 1].
        level_range: change of brightness of all together, in [-1, 1].
        shine_range: share of the facets that mirror the light, in [0, 1].
        ridge_range: brightness of the lines between them, in [0, 1].
        texture_range: share of the surface's texture that is left, in [0, 1].
        opacity_range: in [0, 1].
        common: see `DefectTransform`; `where` is the edge unless given.

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
            shape=Rim(
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
