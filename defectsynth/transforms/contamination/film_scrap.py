"""Scraps of clear film."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.looks.film import ClearSheet
from defectsynth.shapes.band import Band
from defectsynth.transforms.painted import PaintedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class FilmScrap(PaintedDefect):
    """A scrap of film: clear tape, foil or a strip of dried glue sticks to the surface.

    Lands anywhere by default; placed on the object, it is clipped to it. A strip with straight sides and cut or torn
    ends. The surface behind it is blurred and veiled by milky clouds, more where the film lies double. Its edges and
    creases are bright. The mask marks the strip.

    ![film_scrap](tests/golden/film_scrap.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length, in [0, 2], fraction of min(H, W).
        width_range: width, in [0, 1], fraction of min(H, W).
        torn_range: depth of the teeth at the ends, in [0, 1], fraction of the width; 0 is cut straight.
        veil_range: share of the surface that the film hides, in [0, 1].
        milk_range: brightness of the film, in [0, 1].
        blur_range: blur of the surface behind it, in [0, 0.05], fraction of min(H, W).
        edge_range: brightness of cut edges and creases, in [0, 1].
        creases_range: number of creases, in [0, 12].
        double_range: share of the film that lies double, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import FilmScrap, synthesize
        >>> sample = synthesize(np.full((96, 96), 60, np.uint8), FilmScrap(), seed=0)
        >>> bool(sample.image[sample.mask > 0].mean() > 75)  # milky
        True
    """

    kind: ClassVar[str] = "film_scrap"

    def __init__(
        self,
        *,
        length_range: Pair = (0.12, 0.45),
        width_range: Pair = (0.05, 0.15),
        torn_range: Pair = (0.0, 0.5),
        veil_range: Pair = (0.3, 0.65),
        milk_range: Pair = (0.5, 0.85),
        blur_range: Pair = (0.002, 0.01),
        edge_range: Pair = (0.1, 0.4),
        creases_range: IntPair = (0, 4),
        double_range: Pair = (0.0, 0.5),
        opacity_range: Pair = (0.85, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Band(length_range=length_range, width_range=width_range, torn_range=torn_range),
            look=ClearSheet(
                veil_range=veil_range,
                milk_range=milk_range,
                blur_range=blur_range,
                edge_range=edge_range,
                creases_range=creases_range,
                double_range=double_range,
            ),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
