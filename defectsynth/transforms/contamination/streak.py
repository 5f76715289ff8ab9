"""Streaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.tide_mark import TideMark
from defectsynth.shapes.strokes import Strokes
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Streak(PaintedDefect):
    """A streak: ink, glue, oil or water ran or was wiped over the surface and dried.

    Lands anywhere by default; placed on the object, it is clipped to it. One long, nearly straight band, or several
    side by side, tapering towards the ends. The texture shows through a film that is darkest at its rim; on a dark
    surface the film is pale. The mask marks the visibly changed pixels.

    ![streak](tests/golden/streak.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length along the curve, in [0, 2], fraction of min(H, W).
        width_range: greatest thickness, in [0, 0.5], fraction of min(H, W); at most 6 % of the length.
        bend_range: change of direction from end to end, in [-360, 360], degrees.
        taper_range: narrowing towards the ends, in [0, 1]; 1 is pointed.
        strokes_range: number of bands side by side, in [1, 16].
        spacing_range: distance between neighbours, in [0, 0.5], fraction of min(H, W).
        films: kinds of liquid, of which each draw takes one: water, oil, coffee, rust, ink, grime.
        inside_range: strength of the film inside relative to the rim, in [0, 1].
        rim_range: width of the rim, in [0, 0.1], fraction of min(H, W).
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Streak, synthesize
        >>> sample = synthesize(np.full((96, 96, 3), 200, np.uint8), Streak(), seed=0)
        >>> bool((sample.image <= 200).all())
        True
    """

    kind: ClassVar[str] = "streak"

    def __init__(
        self,
        *,
        length_range: Pair = (0.15, 0.6),
        width_range: Pair = (0.006, 0.022),
        bend_range: Pair = (-14.0, 14.0),
        taper_range: Pair = (0.7, 1.0),
        strokes_range: IntPair = (1, 2),
        spacing_range: Pair = (0.01, 0.04),
        films: tuple[str, ...] = ("ink", "oil", "grime", "rust", "water"),
        inside_range: Pair = (0.4, 0.9),
        rim_range: Pair = (0.002, 0.006),
        opacity_range: Pair = (0.5, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Strokes(
                length_range=length_range,
                width_range=width_range,
                bend_range=bend_range,
                sway_range=(0.0, 0.02),
                taper_range=taper_range,
                strokes_range=strokes_range,
                spacing_range=spacing_range,
                gaps_range=(0, 0),
            ),
            look=TideMark(films=films, inside_range=inside_range, rim_range=rim_range),
            blend=Blend(opacity_range=opacity_range, feather_range=(0.001, 0.006)),
            **common,
        )
