"""Squeezed and pinched parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.core.parameters import Pair
from defectsynth.fields.swelling import Swelling
from defectsynth.transforms.warped import ReliefDefect, Shading

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Squeeze(ReliefDefect):
    """A squeezed part: pressed together from both sides, it is thinner there and creased.

    Lands on the object's outline by default. Both sides of a narrow part move towards the axis between them; of a wide
    part only the near side is pressed in. The smooth field never folds over itself. The hollow is shaded, with creases
    (one light direction per image). The mask marks the visibly changed pixels, including the strips between the old and
    the new outline.

    ![squeeze](tests/golden/squeeze.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        amount_range: greatest displacement, in [0, 0.32], fraction of the smaller radius.
        radius_range: radius of the displaced area along the direction of the place, in [0, 0.5], fraction of min(H, W).
        aspect_range: radius across that direction relative to the radius along it, in [0.2, 1]; not used for a narrow
            part.
        contrast_range: greatest change of brightness, in [0, 1].
        crease_range: share of the slope that is gathered at creases, in [0, 1].
        common: see `DefectTransform`; `where` defaults to "edge".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Squeeze, synthesize
        >>> part = np.full((128, 128), 30, np.uint8)
        >>> part[50:80, 20:110] = 200
        >>> sample = synthesize(part, Squeeze(contrast_range=(0, 0)), seed=2)
        >>> int((sample.image > 115).sum()) < int((part > 115).sum())
        True
    """

    kind: ClassVar[str] = "squeeze"

    def __init__(
        self,
        *,
        amount_range: Pair = (0.12, 0.3),
        radius_range: Pair = (0.05, 0.12),
        aspect_range: Pair = (0.6, 1.0),
        contrast_range: Pair = (0.1, 0.3),
        crease_range: Pair = (0.3, 1.0),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "edge")
        field = Swelling(
            axes="across",
            direction="in",
            amount_range=amount_range,
            radius_range=radius_range,
            aspect_range=aspect_range,
        )
        shading = Shading(contrast_range=contrast_range, crease_range=crease_range)
        super().__init__(field, shading, hollow=True, **common)


class Pinch(ReliefDefect):
    """A pinched surface: print, pattern and outline are drawn together to a point.

    Lands on the object by default. The pixels are drawn strongly towards the middle by a smooth field that never folds
    over itself, and lightly shaded in creases that run to the point. The mask marks the visibly changed pixels.

    ![pinch](tests/golden/pinch.png)

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
        >>> from defectsynth import Pinch, synthesize
        >>> sample = synthesize(np.full((128, 128), 128, np.uint8), Pinch(), seed=0)
        >>> bool(sample.image.min() < 128 < sample.image.max())
        True
    """

    kind: ClassVar[str] = "pinch"

    def __init__(
        self,
        *,
        amount_range: Pair = (0.18, 0.3),
        radius_range: Pair = (0.04, 0.1),
        aspect_range: Pair = (0.6, 1.0),
        contrast_range: Pair = (0.06, 0.18),
        crease_range: Pair = (0.6, 1.0),
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
