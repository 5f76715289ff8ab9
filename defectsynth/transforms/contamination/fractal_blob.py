"""Blobs of fractal outline, with any look."""

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
    """A blob of fractal outline with a look of your own: the anomaly of no particular kind.

    Lands anywhere unless `where` says otherwise; on the object it ends at the object's edge. Lobes, bays and islands of
    all sizes. Its look is any part: a colour unless `look` says otherwise. The mask marks what changed visibly.

    ![fractal_blob](tests/golden/fractal_blob.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        look: the pixels, for example `Color()`, `Elsewhere()` or `ColorShift()`.
        radius_range: greatest reach from the centre, in [0, 0.5], fraction of min(H, W).
        aspect_range: shorter by longer diameter, in [0.05, 1].
        cover_range: covered share of the ellipse, in [0.05, 0.95].
        raggedness_range: how much of the outline is noise, in [0, 1]; 0 is an ellipse, 1 scattered islands.
        gain_range: roughness of the outline, in [0, 1].
        softness_range: width of the soft rim, in [0, 1]; 0 is sharp, 1 fades from the middle on.
        opacity_range: in [0, 1].
        common: see `DefectTransform`.

    References:
        V. Zavrtanik, M. Kristan and D. Skocaj, "DRAEM", ICCV 2021: texture in the highest part of Perlin noise, blended
        with an opacity of 0.2 to 1. Here the noise is made for the blob's box only and the mask is what changed; theirs
        covers the picture, and some of its masks are empty.

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
