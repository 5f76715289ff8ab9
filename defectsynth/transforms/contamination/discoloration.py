"""Discolorations."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.color_shift import ColorShift
from defectsynth.shapes.fractal import Fractal
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Discoloration(PaintedDefect):
    """A discoloration: a burn, rust, or a bleached, yellowed, tarnished or dirty area.

    Lands anywhere by default; placed on the object, it is clipped to it. A cloud of lobes, bays and islands with a
    sharp or soft rim. The surface keeps its texture; its lightness and its red and yellow components change in CIELAB.
    Gray images change in lightness only. The mask marks the visibly changed pixels.

    ![discoloration](tests/golden/discoloration.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: greatest distance from the centre, in [0, 0.5], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        cover_range: share of the ellipse that is covered, in [0.05, 0.95].
        raggedness_range: share of noise in the outline, in [0, 1]; 0 is an ellipse, 1 scattered islands.
        gain_range: strength of a noise octave relative to the next coarser one, in [0, 1]; more is rougher.
        softness_range: width of the soft rim, in [0, 1]; 0 is sharp, 1 fades from the centre outwards.
        shifts: families of shifts, of which each draw takes one: burn, rust, bleach, yellowing, tarnish, verdigris,
            dirt, ash.
        amount_range: factor on the drawn shift, in [0, 2].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    References:
        CIE 15, "Colorimetry" (CIELAB); K. Perlin, "An Image Synthesizer", SIGGRAPH 1985, see `Fractal`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Discoloration, synthesize
        >>> steel = np.full((96, 96, 3), (150, 155, 160), np.uint8)
        >>> sample = synthesize(steel, Discoloration(shifts=("rust",)), seed=0)
        >>> red, green, blue = sample.image[sample.mask > 0].mean(axis=0)
        >>> bool(red > green > blue)
        True
    """

    kind: ClassVar[str] = "discoloration"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.03, 0.12),
        aspect_range: Pair = (0.5, 1.0),
        cover_range: Pair = (0.25, 0.5),
        raggedness_range: Pair = (0.4, 0.9),
        gain_range: Pair = (0.45, 0.7),
        softness_range: Pair = (0.4, 1.0),
        shifts: tuple[str, ...] = ("burn", "rust", "bleach", "yellowing", "dirt"),
        amount_range: Pair = (0.5, 1.0),
        opacity_range: Pair = (0.8, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Fractal(
                radius_range=radius_range,
                aspect_range=aspect_range,
                cover_range=cover_range,
                raggedness_range=raggedness_range,
                gain_range=gain_range,
                softness_range=softness_range,
            ),
            look=ColorShift(shifts=shifts, amount_range=amount_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
