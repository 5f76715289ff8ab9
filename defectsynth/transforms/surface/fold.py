"""Folds."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.relief import Relief
from defectsynth.shapes.strokes import Strokes
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Fold(PaintedDefect):
    """A fold: a crease or wrinkle in film, foil, paper, cloth or leather.

    Lands anywhere by default; placed on the object, it is clipped to it. One long ridge or furrow, or several side by
    side, tapering towards the ends. Bright on the side that faces the light and dark on the other (one light direction
    per image). The mask marks the visibly changed pixels.

    ![fold](tests/golden/fold.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length along the curve, in [0, 2], fraction of min(H, W).
        width_range: greatest thickness, in [0, 0.5], fraction of min(H, W); at most 6 % of the length.
        bend_range: change of direction from end to end, in [-360, 360], degrees.
        strokes_range: number of folds side by side, in [1, 16].
        spacing_range: distance between neighbours, in [0, 0.5], fraction of min(H, W).
        forms: pit (a furrow), bump (a ridge) or rough, of which each draw takes one.
        contrast_range: change of brightness on a slope, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Fold, synthesize
        >>> sample = synthesize(np.full((96, 96), 128, np.uint8), Fold(), seed=1)
        >>> bool(sample.image.min() < 128 < sample.image.max())
        True
    """

    kind: ClassVar[str] = "fold"

    def __init__(
        self,
        *,
        length_range: Pair = (0.2, 0.7),
        width_range: Pair = (0.012, 0.035),
        bend_range: Pair = (-29.0, 29.0),
        strokes_range: IntPair = (1, 3),
        spacing_range: Pair = (0.03, 0.08),
        forms: tuple[str, ...] = ("bump", "pit"),
        contrast_range: Pair = (0.2, 0.45),
        opacity_range: Pair = (0.8, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Strokes(
                length_range=length_range,
                width_range=width_range,
                bend_range=bend_range,
                sway_range=(0.0, 0.03),
                taper_range=(0.8, 1.0),
                strokes_range=strokes_range,
                spacing_range=spacing_range,
                gaps_range=(0, 0),
            ),
            look=Relief(forms=forms, contrast_range=contrast_range, wall_range=(1.0, 1.0)),
            blend=Blend(opacity_range=opacity_range, feather_range=(0.001, 0.006)),
            **common,
        )
