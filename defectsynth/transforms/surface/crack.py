"""Cracks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.shade import TONES, Shade
from defectsynth.shapes.branches import Branches
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class Crack(PaintedDefect):
    """A crack: the material has parted along a thin jagged line.

    Lands anywhere unless `where` says otherwise; on the edge it runs into the part from there. A jagged path that
    pinches, swells and thins out, with branches that do the same. Dark, in relief (dark gap with one lit lip, one light
    direction a picture), or bright as where glass or plastic whitens. The mask marks what changed, lips included.

    ![crack](tests/golden/crack.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        length_range: extent of the main path, in [0, 2], fraction of min(H, W).
        width_range: greatest thickness, in [0, 0.1], fraction of min(H, W).
        jaggedness_range: how sharply a path turns at every step, in [0, 60], degrees.
        branches_range: number of branches, in [0, 12].
        branch_angle_range: angle between a branch and what it leaves, in [0, 90], degrees.
        pinch_range: how unevenly wide a path is, in [0, 1]; at 1 it closes in places.
        tones: any of bright, dark, relief.
        contrast_range: change of brightness, in [0, 1].
        opacity_range: in [0, 1].
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
            shape=Branches(
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
