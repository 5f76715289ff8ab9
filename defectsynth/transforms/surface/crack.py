"""Cracks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.shade import TONES, Shade
from defectsynth.shapes.branching_path import BranchingPath
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Crack(PaintedDefect):
    """A crack: the material has parted along a thin jagged line.

    Lands anywhere by default; placed on the object, it is clipped to it, and placed on the edge, it runs inwards. A
    jagged path of uneven width that thins out towards its end, with branches of the same form. Dark, in relief (a dark
    gap with one lit lip, one light direction per image), or bright like whitened glass or plastic. The mask marks the
    visibly changed pixels, lips included.

    ![crack](tests/golden/crack.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: extent of the main path, in [0, 2], fraction of min(H, W).
        width_range: greatest thickness, in [0, 0.1], fraction of min(H, W).
        jaggedness_range: change of direction at every step, in [0, 60], degrees.
        branches_range: number of branches, in [0, 12].
        branch_angle_range: angle between a branch and the path it leaves, in [0, 90], degrees.
        pinch_range: unevenness of the width, in [0, 1]; at 1 the path closes in places.
        tones: bright, dark or relief; each draw takes one that can be seen on the surface.
        contrast_range: change of brightness, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Crack, synthesize
        >>> sample = synthesize(np.full((128, 128), 150, np.uint8), Crack(tones=("dark",)), seed=0)
        >>> bool((sample.image[sample.mask > 0] < 150).all())
        True
    """

    kind: ClassVar[str] = "crack"

    def __init__(
        self,
        *,
        length_range: Pair = (0.06, 0.3),
        width_range: Pair = (0.003, 0.009),
        jaggedness_range: Pair = (17.0, 40.0),
        branches_range: IntPair = (0, 3),
        branch_angle_range: Pair = (23.0, 57.0),
        pinch_range: Pair = (0.3, 0.9),
        tones: tuple[str, ...] = TONES,
        contrast_range: Pair = (0.3, 0.7),
        opacity_range: Pair = (0.8, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=BranchingPath(
                length_range=length_range,
                width_range=width_range,
                jaggedness_range=jaggedness_range,
                branches_range=branches_range,
                branch_angle_range=branch_angle_range,
                pinch_range=pinch_range,
            ),
            look=Shade(tones=tones, contrast_range=contrast_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
