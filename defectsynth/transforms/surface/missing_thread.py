"""Missing and broken threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.substrate import Substrate
from defectsynth.shapes.thread import Thread
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class MissingThread(PaintedDefect):
    """A missing thread: a stretch of one thread, wire or grain line is not there, a dark line shows.

    Lands anywhere unless `where` says otherwise, along the direction that the surface has there (either of the two of a
    weave), on the middle of a thread and as wide as the distance to the next; a surface without a direction gets a line
    of any. What lies beneath is darker, beneath a dark surface brighter, and little of the texture is left. The mask
    marks what changed.

    ![missing_thread](tests/golden/missing_thread.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        length_range: in [0, 2], fraction of min(H, W).
        width_range: in [0, 4], fraction of the distance from one thread to the next.
        contrast_range: change of brightness, in [0, 1].
        texture: share of the surface's texture that is left, in [0, 1].
        opacity_range: in [0, 1].
        common: see `DefectTransform`.

    References:
        Bigun and Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987: the direction, measured on
        a crop around the place.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import MissingThread, synthesize
        >>> threads = np.tile(np.uint8([90, 150, 180, 180, 150, 90]), (96, 16))  # upright, six pixels apart
        >>> sample = synthesize(threads, MissingThread(), seed=0)
        >>> np.ptp(np.nonzero(sample.mask)[0]) > 0 and bool((sample.image <= threads).all())
        True
    """

    kind: ClassVar[str] = "missing_thread"

    def __init__(
        self,
        *,
        length_range: Pair = (0.1, 0.4),
        width_range: Pair = (0.5, 0.9),
        contrast_range: Pair = (0.1, 0.25),
        texture: float = 0.55,
        opacity_range: Pair = (0.85, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Thread(length_range=length_range, width_range=width_range),
            look=Substrate(contrast_range=contrast_range, texture=texture),
            blend=Blend(opacity_range=opacity_range, feather_range=(0.004, 0.008)),
            **common,
        )


class BrokenThread(PaintedDefect):
    """A broken thread: one thread or wire is interrupted for a little way, what lies beneath shows.

    Lands anywhere unless `where` says otherwise, along the direction that the surface has there (either of the two of a
    weave), on the middle of a thread; a surface without a direction gets a gap of any. The mask marks what changed.

    ![broken_thread](tests/golden/broken_thread.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        length_range: in [0, 2], fraction of min(H, W).
        width_range: in [0, 4], fraction of the distance from one thread to the next.
        contrast_range: change of brightness, in [0, 1].
        texture: share of the surface's texture that is left, in [0, 1].
        opacity_range: in [0, 1].
        common: see `DefectTransform`.

    References:
        Bigun and Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987: the direction, measured on
        a crop around the place.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import BrokenThread, synthesize
        >>> threads = np.tile(np.uint8([90, 150, 180, 180, 150, 90]), (96, 16))  # upright, six pixels apart
        >>> sample = synthesize(threads, BrokenThread(), seed=0)
        >>> np.ptp(np.nonzero(sample.mask)[0]) > 0 and bool((sample.image <= threads).all())
        True
    """

    kind: ClassVar[str] = "broken_thread"

    def __init__(
        self,
        *,
        length_range: Pair = (0.02, 0.07),
        width_range: Pair = (0.6, 0.95),
        contrast_range: Pair = (0.12, 0.3),
        texture: float = 0.3,
        opacity_range: Pair = (0.85, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Thread(length_range=length_range, width_range=width_range),
            look=Substrate(contrast_range=contrast_range, texture=texture),
            blend=Blend(opacity_range=opacity_range, feather_range=(0.004, 0.008)),
            **common,
        )
