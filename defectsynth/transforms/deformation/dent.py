"""Dents and bulges of a surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.core.parameters import Pair
from defectsynth.fields.swelling import Swelling
from defectsynth.transforms.warped import ReliefDefect, Shading

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Dent(ReliefDefect):
    """A dent: the surface is pressed in, and the far side of the hollow catches the light.

    Lands on the object by default. The pixels are drawn towards the middle by a smooth field that never folds over
    itself, and shaded as a hollow with more or less sharp creases (one light direction per image). The shading ends at
    the object's outline. The mask marks the visibly changed pixels.

    ![dent](tests/golden/dent.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        amount_range: greatest displacement, in [0, 0.32], fraction of the smaller radius.
        radius_range: radius of the displaced area along the direction of the place, in [0, 0.5], fraction of min(H, W).
        aspect_range: radius across that direction relative to the radius along it, in [0.2, 1].
        contrast_range: greatest change of brightness, in [0, 1].
        crease_range: share of the slope that is gathered at creases, in [0, 1].
        common: see `DefectTransform`; `where` defaults to "object".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Dent, synthesize
        >>> sample = synthesize(np.full((128, 128), 128, np.uint8), Dent(), seed=0)
        >>> bool(sample.image.min() < 128 < sample.image.max())
        True
    """

    kind: ClassVar[str] = "dent"

    def __init__(
        self,
        *,
        amount_range: Pair = (0.04, 0.14),
        radius_range: Pair = (0.035, 0.1),
        aspect_range: Pair = (0.5, 1.0),
        contrast_range: Pair = (0.12, 0.35),
        crease_range: Pair = (0.0, 0.6),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "object")
        field = Swelling(
            axes="both",
            direction="in",
            amount_range=amount_range,
            radius_range=radius_range,
            aspect_range=aspect_range,
        )
        shading = Shading(contrast_range=contrast_range, crease_range=crease_range)
        super().__init__(field, shading, hollow=True, **common)


class Bulge(ReliefDefect):
    """A bulge: the surface swells out, and the near side of the hump catches the light.

    Lands on the object by default. The pixels are pushed away from the middle by a smooth field that never folds over
    itself, and shaded as a hump (one light direction per image). The shading ends at the object's outline. The mask
    marks the visibly changed pixels.

    ![bulge](tests/golden/bulge.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        amount_range: greatest displacement, in [0, 0.32], fraction of the smaller radius; at most 0.26 is used.
        radius_range: radius of the displaced area along the direction of the place, in [0, 0.5], fraction of min(H, W).
        aspect_range: radius across that direction relative to the radius along it, in [0.2, 1].
        contrast_range: greatest change of brightness, in [0, 1].
        crease_range: share of the slope that is gathered at creases, in [0, 1].
        common: see `DefectTransform`; `where` defaults to "object".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Bulge, synthesize
        >>> sample = synthesize(np.full((128, 128), 128, np.uint8), Bulge(), seed=0)
        >>> bool(sample.image.min() < 128 < sample.image.max())
        True
    """

    kind: ClassVar[str] = "bulge"

    def __init__(
        self,
        *,
        amount_range: Pair = (0.05, 0.2),
        radius_range: Pair = (0.035, 0.1),
        aspect_range: Pair = (0.6, 1.0),
        contrast_range: Pair = (0.1, 0.3),
        crease_range: Pair = (0.0, 0.2),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "object")
        field = Swelling(
            axes="both",
            direction="out",
            amount_range=amount_range,
            radius_range=radius_range,
            aspect_range=aspect_range,
        )
        shading = Shading(contrast_range=contrast_range, crease_range=crease_range)
        super().__init__(field, shading, hollow=False, **common)
