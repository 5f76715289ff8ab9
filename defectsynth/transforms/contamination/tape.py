"""Tape."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.foreign_body import ForeignBody
from defectsynth.shapes.band import Band
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Tape(PaintedDefect):
    """Tape: a strip of adhesive tape, film or label left on the surface.

    Lands anywhere by default; placed on the object, it is clipped to it. A straight band with cut or torn ends, opaque
    or translucent. Its edge is lit on one side and casts a thin shadow on the other (one light direction per image).
    The mask marks the band and its shadow.

    ![tape](tests/golden/tape.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length, in [0, 2], fraction of min(H, W).
        width_range: width, in [0, 1], fraction of min(H, W).
        torn_range: depth of the teeth at the ends, in [0, 1], fraction of the width; 0 is cut straight.
        palettes: families of colours, of which each draw takes one: same (as the surface), any, gray, dark, light,
            metal, rust, red, yellow, blue.
        tint_range: share of the surface's texture that shows through, in [0, 1]; 0 is opaque.
        shading_range: change of brightness where a side faces the light or faces away from it, in [0, 1].
        shadow_range: opacity of the shadow, in [0, 1].
        height_range: length of the shadow, in [0, 0.1], fraction of min(H, W).
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Tape, synthesize
        >>> sample = synthesize(np.full((96, 96, 3), 90, np.uint8), Tape(palettes=("light",)), seed=0)
        >>> bool(sample.image[sample.mask > 0].mean() > 120)
        True
    """

    kind: ClassVar[str] = "tape"

    def __init__(
        self,
        *,
        length_range: Pair = (0.1, 0.35),
        width_range: Pair = (0.03, 0.1),
        torn_range: Pair = (0.0, 0.25),
        palettes: tuple[str, ...] = ("light", "gray", "dark", "blue", "red"),
        tint_range: Pair = (0.0, 0.9),
        shading_range: Pair = (0.05, 0.2),
        shadow_range: Pair = (0.2, 0.5),
        height_range: Pair = (0.002, 0.005),
        opacity_range: Pair = (0.5, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Band(length_range=length_range, width_range=width_range, torn_range=torn_range),
            look=ForeignBody(
                palettes=palettes,
                tint_range=tint_range,
                shading_range=shading_range,
                wall_range=(0.0, 0.06),
                roughness_range=(0.0, 0.04),
                shadow_range=shadow_range,
                height_range=height_range,
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
