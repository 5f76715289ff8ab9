"""Patches of a foreign texture."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.functional.textures import TEXTURES
from defectsynth.looks.texture import Texture
from defectsynth.shapes.perlin import Perlin
from defectsynth.transforms.painted import PastedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common
    from defectsynth.io.sources import SourceLike


class TexturePatch(PastedDefect):
    """A patch of a foreign texture: regions of noisy outline where the surface is of another material.

    Lands anywhere unless `where` says otherwise; on the object it ends at the object's edge. Sharp, more or less
    transparent; cloth, metal, stone, rust and others out of a procedural bank, or out of pictures of your own. The mask
    marks the regions.

    ![texture_patch](tests/golden/texture_patch.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        source: folder, image file, list of files or arrays, or callable; None is the procedural bank.
        families: any of woven, knitted, stripes, dots, mesh, brushed, marble, wood, granite, cracks, rust, paper,
            leather; without a source.
        scale_range: size of a thread, a dot or a grain, in [0, 0.5], fraction of min(H, W); without a source.
        extent_range: side of the square that holds the regions, in [0, 2], fraction of min(H, W).
        octave_range: cells of the noise along each side, as powers of two, in [0, 7].
        threshold: in [-1, 1]; the noise above it, which lies between -1 and 1, becomes a region.
        gather: how strongly the regions are drawn to the middle of the square, in [0, 4]; 0 spreads them evenly.
        opacity_range: in [0, 1].
        common: see `DefectTransform`.

    References:
        Zavrtanik, Kristan, Skocaj, "DRAEM: a discriminatively trained reconstruction embedding for surface anomaly
        detection", ICCV 2021. By default ours stays in a part of the picture; `reference.draem` has the paper's sizes.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import TexturePatch, synthesize
        >>> sample = synthesize(np.full((96, 96, 3), 128, np.uint8), TexturePatch(families=("woven",)), seed=0)
        >>> sample.defects[0]["kind"]
        'texture_patch'
    """

    kind: ClassVar[str] = "texture_patch"

    def __init__(
        self,
        *,
        source: SourceLike = None,
        families: tuple[str, ...] = tuple(TEXTURES),
        scale_range: Pair = (0.006, 0.05),
        extent_range: Pair = (0.12, 0.4),
        octave_range: IntPair = (1, 3),
        threshold: float = 0.35,
        gather: float = 1.0,
        opacity_range: Pair = (0.4, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Perlin(extent_range=extent_range, octave_range=octave_range, threshold=threshold, gather=gather),
            look=Texture(source=source, families=families, scale_range=scale_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
