"""Bent, dented and bulged edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.core.parameters import Pair
from defectsynth.fields.push import BENDS, Push
from defectsynth.transforms.warped import WarpedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class BentEdge(WarpedDefect):
    """A bent edge: the outline of the part is dented or bulged, or a thin lead is bent aside.

    Lands on the object's outline by default; without a background, on strong intensity edges. The pixels are displaced
    by a smooth field that never folds over itself; nothing is painted. The mask marks the visibly changed pixels: the
    strip between the old and the new outline, and the structure that moved with it.

    ![bent_edge](tests/golden/bent_edge.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        bends: dent, bulge or bend, of which each draw takes one.
        amount_range: displacement of the outline, in [0, 0.5], fraction of min(H, W).
        extent_range: half the length of the outline that moves, in [0, 1], fraction of min(H, W).
        common: see `DefectTransform`; `where` defaults to "edge".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import BentEdge, synthesize
        >>> part = np.full((128, 128), 30, np.uint8)
        >>> part[40:90, 30:100] = 200
        >>> sample = synthesize(part, BentEdge(bends=("bulge",)), seed=2)
        >>> int((sample.image > 115).sum()) > int((part > 115).sum())
        True
    """

    kind: ClassVar[str] = "bent_edge"

    def __init__(
        self,
        *,
        bends: tuple[str, ...] = BENDS,
        amount_range: Pair = (0.01, 0.035),
        extent_range: Pair = (0.03, 0.08),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            field=Push(bends=bends, amount_range=amount_range, extent_range=extent_range),
            **common,
        )
