"""Stains."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.tide_mark import TideMark
from defectsynth.shapes.fractal import Fractal
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Stain(PaintedDefect):
    """A stain: a liquid ran over the surface and dried.

    Lands anywhere by default; placed on the object, it is clipped to it. A lobed blot. The texture shows through a film
    that is darkest at its rim, the tide mark; on a dark surface the film is pale. The mask marks the visibly changed
    pixels.

    ![stain](tests/golden/stain.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: greatest distance from the centre, in [0, 0.5], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        cover_range: share of the ellipse that is covered, in [0.05, 0.95].
        raggedness_range: share of noise in the outline, in [0, 1]; 0 is an ellipse, 1 scattered islands.
        gain_range: strength of a noise octave relative to the next coarser one, in [0, 1]; more is rougher.
        softness_range: width of the soft rim, in [0, 1]; 0 is sharp, 1 fades from the centre outwards.
        films: kinds of liquid, of which each draw takes one: water, oil, coffee, rust, ink, grime.
        inside_range: strength of the film inside relative to the rim, in [0, 1].
        rim_range: width of the rim, in [0, 0.1], fraction of min(H, W).
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    References:
        R. D. Deegan et al., "Capillary flow as the cause of ring stains from dried liquid drops", Nature 389, 1997.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Stain, synthesize
        >>> sample = synthesize(np.full((96, 96, 3), 200, np.uint8), Stain(), seed=0)
        >>> bool((sample.image <= 200).all())
        True
    """

    kind: ClassVar[str] = "stain"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.03, 0.12),
        aspect_range: Pair = (0.5, 1.0),
        cover_range: Pair = (0.3, 0.55),
        raggedness_range: Pair = (0.3, 0.65),
        gain_range: Pair = (0.2, 0.5),
        softness_range: Pair = (0.0, 0.2),
        films: tuple[str, ...] = ("water", "oil", "coffee", "rust", "grime"),
        inside_range: Pair = (0.2, 0.7),
        rim_range: Pair = (0.003, 0.012),
        opacity_range: Pair = (0.5, 1.0),
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
            look=TideMark(films=films, inside_range=inside_range, rim_range=rim_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
