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
    """A patch of foreign texture: regions with a noisy outline where the surface is of another material.

    Lands anywhere by default; placed on the object, it is clipped to it. Sharp, more or less transparent. The texture
    is one of a procedural bank (cloth, metal, stone, rust and others) or comes from your own images. The mask marks the
    regions.

    ![texture_patch](tests/golden/texture_patch.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        source: folder, image file, list of files or arrays, or callable (checked when made); None is the
            procedural bank.
        families: procedural textures, of which each draw takes one: woven, knitted, stripes, dots, mesh, brushed,
            marble, wood, granite, cracks, rust, paper, leather; ignored with a source.
        scale_range: size of a thread, a dot or a grain, in [0, 0.5], fraction of min(H, W); ignored with a source.
        extent_range: side of the square that holds the regions, in [0, 2], fraction of min(H, W).
        octave_range: number of noise cells along each side as a power of two, drawn independently, in [0, 7].
        threshold: noise level above which a region begins, in [-1, 1]; the noise lies between -1 and 1.
        gather: concentration of the regions in the middle of the square, in [0, 4]; 0 spreads them evenly.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    References:
        Zavrtanik, Kristan, Skocaj, "DRAEM: a discriminatively trained reconstruction embedding for surface anomaly
        detection", ICCV 2021. By default ours covers a limited region; `reference.draem` has the paper's sizes.

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
