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
    """A missing thread: a stretch of one thread, wire or grain line is gone and leaves a dark line.

    Lands anywhere by default; placed on the object, it is clipped to it. Follows the local direction of the surface
    (either one of a weave), centred on a thread; on a surface without a direction, it takes a random one. The material
    beneath is darker than the surface, or brighter under a dark surface, and has little texture. The mask marks the
    missing stretch.

    ![missing_thread](tests/golden/missing_thread.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length, in [0, 2], fraction of min(H, W).
        width_range: thickness, in [0, 4], fraction of the distance from thread to thread.
        contrast_range: change of brightness, in [0, 1].
        texture: share of the surface's texture that is left, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    References:
        Bigun and Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987. Here the direction is
        measured on a crop around the place.

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
    """A broken thread: one thread or wire is interrupted over a short distance and shows the material beneath.

    Lands anywhere by default; placed on the object, it is clipped to it. Follows the local direction of the surface
    (either one of a weave), centred on a thread; on a surface without a direction, it takes a random one. The mask
    marks the gap.

    ![broken_thread](tests/golden/broken_thread.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length, in [0, 2], fraction of min(H, W).
        width_range: thickness, in [0, 4], fraction of the distance from thread to thread.
        contrast_range: change of brightness, in [0, 1].
        texture: share of the surface's texture that is left, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    References:
        Bigun and Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987. Here the direction is
        measured on a crop around the place.

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
