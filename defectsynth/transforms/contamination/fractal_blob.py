"""Blobs with a fractal outline and any look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.base import Look
from defectsynth.looks.color import Color
from defectsynth.shapes.fractal import Fractal
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class FractalBlob(PaintedDefect):
    """A blob with a fractal outline and any look: an anomaly of no particular kind.

    Lands anywhere by default; placed on the object, it is clipped to it. Lobes, bays and islands of all sizes. The look
    is a colour by default. The mask marks the visibly changed pixels.

    ![fractal_blob](tests/golden/fractal_blob.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        look: pixels to lay down, for example `Color()`, `Elsewhere()` or `ColorShift()`.
        radius_range: greatest distance from the centre, in [0, 0.5], fraction of min(H, W).
        aspect_range: ratio of the shorter to the longer diameter, in [0.05, 1].
        cover_range: share of the ellipse that is covered, in [0.05, 0.95].
        raggedness_range: share of noise in the outline, in [0, 1]; 0 is an ellipse, 1 scattered islands.
        gain_range: strength of a noise octave relative to the next coarser one, in [0, 1]; more is rougher.
        softness_range: width of the soft rim, in [0, 1]; 0 is sharp, 1 fades from the centre outwards.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    References:
        V. Zavrtanik, M. Kristan and D. Skocaj, "DRAEM", ICCV 2021: texture where Perlin noise exceeds a threshold,
        blended with an opacity of 0.1 to 1. Here the noise covers the bounding box of the blob only, and the mask marks
        what changed. Theirs covers the image, and some of its masks are empty.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import FractalBlob, synthesize
        >>> from defectsynth.looks import Elsewhere
        >>> ramp = np.arange(128, dtype=np.uint8)[:, None] + np.zeros((128, 128), np.uint8)
        >>> sample = synthesize(ramp, FractalBlob(look=Elsewhere(), opacity_range=(1.0, 1.0)), seed=0)
        >>> set(sample.image.ravel().tolist()) <= set(ramp.ravel().tolist())
        True
    """

    kind: ClassVar[str] = "fractal_blob"

    def __init__(
        self,
        *,
        look: Look | dict[str, Any] = Color(palettes=("any", "gray"), tint_range=(0.0, 0.8)),
        radius_range: Pair = (0.03, 0.15),
        aspect_range: Pair = (0.4, 1.0),
        cover_range: Pair = (0.25, 0.55),
        raggedness_range: Pair = (0.5, 1.0),
        gain_range: Pair = (0.3, 0.7),
        softness_range: Pair = (0.0, 0.3),
        opacity_range: Pair = (0.4, 1.0),
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
            look=look,
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
