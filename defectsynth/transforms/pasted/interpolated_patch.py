"""Patches interpolated with another image."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.other_image import OtherImage
from defectsynth.shapes.rectangle import RotatedRectangle
from defectsynth.transforms.painted import PastedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common
    from defectsynth.io.sources import SourceLike


class InterpolatedPatch(PastedDefect):
    """An interpolated patch: a rectangle in which the image is mixed with another one.

    Lands anywhere by default; placed on the object, it is clipped to it. With a source, the rectangle shows the same
    place in another image; without one, another place in the same image. The mask marks the visibly changed pixels.
    `mask_kind="alpha"` gives the interpolation factor as the label.

    ![interpolated_patch](tests/golden/interpolated_patch.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        source: folder, image file, list of files or arrays, or callable (checked when made); None is the image itself.
        length_range: height, in [0, 2], fraction of min(H, W).
        width_range: width, in [0, 1], fraction of min(H, W).
        opacity_range: interpolation factor, the share of the other image, in [0, 1].
        common: see `DefectTransform`.

    References:
        Tan, Hou, Batten, Qiu, Kainz, "Detecting outliers with foreign patch interpolation", MELBA 2022: sides of 0.1 to
        0.4 of the image, factors of 0.05 to 0.95. Ours draws a factor again if it is too low to be seen.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import InterpolatedPatch, synthesize
        >>> black, white = np.zeros((96, 96), np.uint8), np.full((96, 96), 255, np.uint8)
        >>> sample = synthesize(black, InterpolatedPatch(source=[white], opacity_range=(0.4, 0.4)), seed=0)
        >>> np.unique(sample.image).tolist()
        [0, 102]
    """

    kind: ClassVar[str] = "interpolated_patch"

    def __init__(
        self,
        *,
        source: SourceLike = None,
        length_range: Pair = (0.1, 0.4),
        width_range: Pair = (0.1, 0.4),
        opacity_range: Pair = (0.05, 0.95),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=RotatedRectangle(length_range=length_range, width_range=width_range, angle_range=(0.0, 0.0)),
            look=OtherImage(source=source, position="random" if source is None else "same"),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
