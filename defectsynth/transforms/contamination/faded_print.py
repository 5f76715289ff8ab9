"""Faded or smeared print."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.wear import Wear
from defectsynth.places.on_print import OnPrint
from defectsynth.shapes.fractal import Fractal
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class FadedPrint(PaintedDefect):
    """Faded print: letters, marks or engraving are rubbed off or smeared.

    Lands by default where the object has the most detail. A cloud of lobes, bays and islands in which detail fades, is
    smeared in one direction and leaves a haze. The mask marks the visibly changed pixels.

    ![faded_print](tests/golden/faded_print.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: greatest distance from the centre, in [0, 0.5], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        cover_range: share of the ellipse that is covered, in [0.05, 0.95].
        raggedness_range: share of noise in the outline, in [0, 1]; 0 is an ellipse, 1 scattered islands.
        softness_range: width of the soft rim, in [0, 1]; 0 is sharp, 1 fades from the centre outwards.
        fade_range: share of the detail that is lost, in [0, 1].
        smear_range: length over which the remaining detail is smeared, in [0, 0.1], fraction of min(H, W).
        haze_range: change of brightness of the haze, in [0, 1]; darker on bright surfaces, brighter on dark ones.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`; `where` defaults to `OnPrint()`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import FadedPrint, synthesize
        >>> print_ = np.zeros((96, 96), np.uint8)
        >>> print_[:, ::4] = 200
        >>> sample = synthesize(print_, FadedPrint(haze_range=(0.05, 0.05)), seed=0)
        >>> inside = sample.mask > 0
        >>> bool(sample.image[inside].std() < 0.8 * print_[inside].std())
        True
    """

    kind: ClassVar[str] = "faded_print"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.05, 0.13),
        aspect_range: Pair = (0.4, 1.0),
        cover_range: Pair = (0.4, 0.7),
        raggedness_range: Pair = (0.3, 0.7),
        softness_range: Pair = (0.2, 0.8),
        fade_range: Pair = (0.5, 0.95),
        smear_range: Pair = (0.0, 0.03),
        haze_range: Pair = (0.04, 0.1),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", OnPrint())
        super().__init__(
            shape=Fractal(
                radius_range=radius_range,
                aspect_range=aspect_range,
                cover_range=cover_range,
                raggedness_range=raggedness_range,
                softness_range=softness_range,
            ),
            look=Wear(fade_range=fade_range, smear_range=smear_range, haze_range=haze_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
