"""Spilled liquid."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.film import LiquidFilm
from defectsynth.shapes.fractal import Fractal
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Spill(PaintedDefect):
    """A spill: wet oil, water, varnish or coffee lies on the surface as a film.

    Lands anywhere by default; placed on the object, it is clipped to it. A pool or run with a smooth outline. The
    surface beneath is tinted or darkened, and its fine texture is levelled; thin glints follow the rim (one light
    direction per image). The mask marks the film. `Stain` draws what has dried, `ClearDrop` drops that stand on the
    surface.

    ![spill](tests/golden/spill.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: longer half axis of the film, in [0, 0.5], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        cover_range: share of the ellipse that is covered, in [0.05, 0.95].
        raggedness_range: unevenness of the outline, in [0, 1]; 0 is an ellipse, 1 scattered islands.
        softness_range: width of the soft edge, in [0, 1]; 0 is sharp, 1 fades from the centre on.
        liquids: kinds of liquid, of which each draw takes one: water, oil, varnish, coffee, wine.
        depth_range: strength of the colour, in [0, 2]; images without exactly three channels only darken.
        smoothing_range: share of the fine texture that the film levels, in [0, 1].
        haze_range: share of the contrast that is lost in the haze of the film, in [0, 1].
        gloss_range: brightness of the glints along the rim, in [0, 1].
        glint_range: distance of the glints from the rim, in [0, 1], fraction of the greatest depth.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Spill, synthesize
        >>> sample = synthesize(np.full((96, 96, 3), 150, np.uint8), Spill(liquids=("oil",)), seed=0)
        >>> bool(sample.image[sample.mask > 0].mean() < 150)  # oil darkens
        True
    """

    kind: ClassVar[str] = "spill"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.06, 0.2),
        aspect_range: Pair = (0.35, 1.0),
        cover_range: Pair = (0.5, 0.8),
        raggedness_range: Pair = (0.2, 0.45),
        softness_range: Pair = (0.0, 0.3),
        liquids: tuple[str, ...] = ("water", "oil", "varnish"),
        depth_range: Pair = (0.4, 1.2),
        smoothing_range: Pair = (0.1, 0.6),
        haze_range: Pair = (0.0, 0.4),
        gloss_range: Pair = (0.1, 0.6),
        glint_range: Pair = (0.1, 0.6),
        opacity_range: Pair = (0.85, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Fractal(
                radius_range=radius_range,
                aspect_range=aspect_range,
                cover_range=cover_range,
                raggedness_range=raggedness_range,
                gain_range=(0.15, 0.35),
                softness_range=softness_range,
            ),
            look=LiquidFilm(
                liquids=liquids,
                depth_range=depth_range,
                smoothing_range=smoothing_range,
                haze_range=haze_range,
                gloss_range=gloss_range,
                glint_range=glint_range,
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
