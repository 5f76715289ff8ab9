"""Regions that show the image cut into tiles and put together in another order."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.shuffled import Shuffled
from defectsynth.shapes.perlin import Perlin
from defectsynth.transforms.painted import PastedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common
    from defectsynth.io.sources import SourceLike


class ShuffledStructure(PastedDefect):
    """Shuffled structure: a region with a noisy outline shows the image cut into tiles in another order.

    Lands anywhere by default; placed on the object, it is clipped to it. Sharp, more or less transparent, with slightly
    changed colours. The mask marks the region. If much of it looks like what it covers, the mask marks only the visible
    part.

    ![shuffled_structure](tests/golden/shuffled_structure.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        source: folder, image file, list of files or arrays, or callable (checked when made); None is the image itself.
        tiles_range: number of tiles along each side, drawn independently, in [1, 64].
        jitter_range: relative change of brightness, contrast and saturation; change of hue in turns; in [-0.5, 0.5].
        extent_range: side of the square that holds the regions, in [0, 2], fraction of min(H, W).
        octave_range: number of noise cells along each side as a power of two, drawn independently, in [0, 7].
        threshold: noise level above which a region begins, in [-1, 1]; the noise lies between -1 and 1.
        gather: concentration of the regions in the middle of the square, in [0, 4]; 0 spreads them evenly.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    References:
        Yang, Wu, Feng, "MemSeg: a semi-supervised method for image surface defect detection using differences and
        commonalities", 2022: its structural anomalies. By default ours covers a limited region; `reference.memseg` has
        the paper's sizes.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import ShuffledStructure, synthesize
        >>> ramp = np.tile(np.arange(0, 192, 2, dtype=np.uint8), (96, 1))
        >>> synthesize(ramp, ShuffledStructure(), seed=0).defects[0]["kind"]
        'shuffled_structure'
    """

    kind: ClassVar[str] = "shuffled_structure"

    def __init__(
        self,
        *,
        source: SourceLike = None,
        tiles_range: IntPair = (4, 8),
        jitter_range: Pair = (-0.1, 0.1),
        extent_range: Pair = (0.12, 0.4),
        octave_range: IntPair = (1, 3),
        threshold: float = 0.35,
        gather: float = 1.0,
        opacity_range: Pair = (0.6, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Perlin(extent_range=extent_range, octave_range=octave_range, threshold=threshold, gather=gather),
            look=Shuffled(source=source, tiles_range=tiles_range, jitter_range=jitter_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
