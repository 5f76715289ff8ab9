"""Marks of pigment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.pigment import Pigment
from defectsynth.shapes.fractal import Fractal
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class PigmentMark(PaintedDefect):
    """A mark of pigment: crayon, chalk, graphite or lipstick is rubbed onto the surface, or ink has soaked into it.

    Lands anywhere by default; placed on the object, it is clipped to it. A blot or smear whose pigment catches on the
    texture: on the ridges of grain or weave, or in its pores, with bare places between. The texture shows through. The
    mask marks the visibly changed pixels.

    ![pigment_mark](tests/golden/pigment_mark.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: longer half axis of the mark, in [0, 0.5], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        cover_range: share of the ellipse that is covered, in [0.05, 0.95].
        raggedness_range: unevenness of the outline, in [0, 1]; 0 is an ellipse, 1 scattered islands.
        softness_range: width of the soft edge, in [0, 1]; 0 is sharp, 1 fades from the centre on.
        palettes: families of colours, of which each draw takes one: any, gray, dark, light, metal, rust, red, yellow,
            blue, ink.
        tint_range: share of the surface's texture that shows through, in [0, 1]; 0 is opaque.
        bare_range: share of the surface that stays bare, in [0, 1].
        grain_range: size of a grain of pigment, in [0, 0.1], fraction of min(H, W).
        follow_range: how far pigment follows the texture, in [-1, 1]: on bright ridges (1), at random (0) or in dark
            pores (-1).
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import PigmentMark, synthesize
        >>> mark = PigmentMark(palettes=("dark",), opacity_range=(1, 1))
        >>> sample = synthesize(np.full((96, 96), 200, np.uint8), mark, seed=0)
        >>> bool(sample.image.max() == 200 and sample.image.min() < 90)
        True
    """

    kind: ClassVar[str] = "pigment_mark"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.03, 0.12),
        aspect_range: Pair = (0.25, 1.0),
        cover_range: Pair = (0.45, 0.75),
        raggedness_range: Pair = (0.1, 0.4),
        softness_range: Pair = (0.1, 0.6),
        palettes: tuple[str, ...] = ("red", "blue", "dark", "ink"),
        tint_range: Pair = (0.3, 0.8),
        bare_range: Pair = (0.0, 0.5),
        grain_range: Pair = (0.001, 0.004),
        follow_range: Pair = (-0.3, 0.7),
        opacity_range: Pair = (0.6, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Fractal(
                radius_range=radius_range,
                aspect_range=aspect_range,
                cover_range=cover_range,
                raggedness_range=raggedness_range,
                softness_range=softness_range,
            ),
            look=Pigment(
                palettes=palettes,
                tint_range=tint_range,
                bare_range=bare_range,
                grain_range=grain_range,
                follow_range=follow_range,
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
