"""Bent ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.core.parameters import Pair
from defectsynth.fields.swing import Swing
from defectsynth.places.along_object import AlongObject
from defectsynth.transforms.warped import WarpedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class BentEnd(WarpedDefect):
    """A bent end: the tip of a screw, a pin or a nail, or the end of a rod, is bent aside.

    Lands near the thinner end of the object by default. The part beyond the place, up to the nearer end of the object,
    turns about the place in a smooth curve that never folds over itself; nothing is painted. On a round object, or
    without an object, a short stretch turns in a random direction. The mask marks the visibly changed pixels.

    ![bent_end](tests/golden/bent_end.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        angle_range: rotation of the end, to either side, in [0, 60], degrees.
        common: see `DefectTransform`; `where` defaults to an `AlongObject` near the thinner end.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import BentEnd, synthesize
        >>> nail = np.full((128, 128), 220, np.uint8)
        >>> nail[46:84, 10:25], nail[60:70, 25:120] = 60, 60  # its head on the left
        >>> sample = synthesize(nail, BentEnd(), seed=0)
        >>> bool((sample.image[60:70, 112:120] > 150).any()), bool((sample.image[:, :60] == nail[:, :60]).all())
        (True, True)
    """

    kind: ClassVar[str] = "bent_end"

    def __init__(self, *, angle_range: Pair = (14.0, 52.0), **common: Unpack[Common]) -> None:
        common.setdefault("where", AlongObject(share_range=(0.8, 0.95), across_range=(0.0, 0.4)))
        super().__init__(field=Swing(angle_range=angle_range), **common)
