"""Scratches."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.shade import TONES, Shade
from defectsynth.shapes.strokes import Strokes
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Scratch(PaintedDefect):
    """A scratch: a thin curved mark where something hard was dragged over the surface.

    Lands anywhere by default; placed on the object, it is clipped to it. One stroke or several side by side along a
    smooth curve, tapering towards the ends, sometimes interrupted. Bright (bare metal, scuffed plastic), dark (dirt in
    the groove) or in relief (a dark core with one lit rim, one light direction per image). The mask marks the visibly
    changed pixels, rim included.

    ![scratch](tests/golden/scratch.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length along the curve, in [0, 2], fraction of min(H, W).
        width_range: greatest thickness, in [0, 0.5], fraction of min(H, W); at most 6 % of the length.
        bend_range: change of direction from end to end, in [-360, 360], degrees.
        sway_range: amplitude of sideways waves, in [0, 0.5], fraction of the length.
        taper_range: narrowing towards the ends, in [0, 1]; 1 is pointed.
        strokes_range: number of strokes side by side, in [1, 16].
        spacing_range: distance between neighbours, in [0, 0.5], fraction of min(H, W).
        gaps_range: number of gaps in each stroke, in [0, 8].
        tones: bright, dark or relief; each draw takes one that can be seen on the surface.
        contrast_range: change of brightness, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Scratch, synthesize
        >>> sample = synthesize(np.full((128, 128), 120, np.uint8), Scratch(tones=("dark",)), seed=0)
        >>> bool((sample.image[sample.mask > 0] < 120).all())
        True
    """

    kind: ClassVar[str] = "scratch"

    def __init__(
        self,
        *,
        length_range: Pair = (0.04, 0.2),
        width_range: Pair = (0.002, 0.009),
        bend_range: Pair = (-34.0, 34.0),
        sway_range: Pair = (0.0, 0.02),
        taper_range: Pair = (0.4, 1.0),
        strokes_range: IntPair = (1, 2),
        spacing_range: Pair = (0.01, 0.03),
        gaps_range: IntPair = (0, 1),
        tones: tuple[str, ...] = TONES,
        contrast_range: Pair = (0.1, 0.35),
        opacity_range: Pair = (0.8, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Strokes(
                length_range=length_range,
                width_range=width_range,
                bend_range=bend_range,
                sway_range=sway_range,
                taper_range=taper_range,
                strokes_range=strokes_range,
                spacing_range=spacing_range,
                gaps_range=gaps_range,
            ),
            look=Shade(tones=tones, contrast_range=contrast_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
