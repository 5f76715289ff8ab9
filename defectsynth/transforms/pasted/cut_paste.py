"""Patches and scars cut out of an image and pasted elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.other_image import DrawnOtherImage, OtherImage
from defectsynth.recipes.paint import PaintRecipe
from defectsynth.scene.scene import Scene
from defectsynth.shapes.rectangle import DrawnRectangle, Rectangle, RotatedRectangle
from defectsynth.transforms.painted import PastedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common
    from defectsynth.io.sources import SourceLike


class CutPaste(PastedDefect):
    """A pasted patch: a rectangle of the image, or of another one, where it does not belong.

    Lands anywhere by default; placed on the object, it is clipped to it. Upright, opaque and sharp, with slightly
    changed colours. The mask marks the rectangle. If much of it looks like what it covers, the mask marks only the
    visible part.

    ![cut_paste](tests/golden/cut_paste.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        source: folder, image file, list of files or arrays, or callable (checked when made); None is the image itself.
        area_range: area, in [0, 1], fraction of the image's area.
        aspect_range: ratio of width to height, in [0.02, 50].
        jitter_range: relative change of brightness, contrast and saturation; change of hue in turns; in [-0.5, 0.5].
        common: see `DefectTransform`.

    References:
        Li, Sohn, Yoon, Pfister, "CutPaste: self-supervised learning for anomaly detection and localization", CVPR 2021:
        the same sizes, aspects and jitter. Ours has a mask, does not confuse width and height in images that are not
        square, and draws an invisible patch again.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import CutPaste, synthesize
        >>> ramp = np.tile(np.arange(0, 192, 2, dtype=np.uint8), (96, 1))
        >>> x0, y0, x1, y1 = synthesize(ramp, CutPaste(area_range=(0.1, 0.1)), seed=0).defects[0]["box"]
        >>> 0.09 < (x1 - x0) * (y1 - y0) / 96**2 < 0.11
        True
    """

    kind: ClassVar[str] = "cut_paste"

    def __init__(
        self,
        *,
        source: SourceLike = None,
        area_range: Pair = (0.02, 0.15),
        aspect_range: Pair = (0.3, 3.3),
        jitter_range: Pair = (-0.1, 0.1),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Rectangle(area_range=area_range, aspect_range=aspect_range),
            look=OtherImage(source=source, jitter_range=jitter_range),
            blend=Blend(opacity_range=(1.0, 1.0)),
            **common,
        )


class CutPasteScar(PastedDefect):
    """A pasted scar: a thin rotated strip of the image, or of another one, where it does not belong.

    Lands anywhere by default; placed on the object, it is clipped to it. Opaque and sharp; its pixels are rotated with
    it, and their colours change slightly. The mask marks the strip. If much of it looks like what it covers, the mask
    marks only the visible part.

    ![cut_paste_scar](tests/golden/cut_paste_scar.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        source: folder, image file, list of files or arrays, or callable (checked when made); None is the image itself.
        length_range: length, in [0, 2], fraction of min(H, W).
        width_range: width, in [0, 1], fraction of min(H, W).
        angle_range: rotation, in [-360, 360], degrees; 0 is upright.
        jitter_range: relative change of brightness, contrast and saturation; change of hue in turns; in [-0.5, 0.5].
        common: see `DefectTransform`.

    References:
        Li et al., see `CutPaste`: 10 to 25 by 2 to 16 pixels at 256, rotated by up to 45 degrees. Ours are fractions of
        the image.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import CutPasteScar, synthesize
        >>> ramp = np.tile(np.arange(0, 192, 2, dtype=np.uint8), (96, 1))
        >>> synthesize(ramp, CutPasteScar(), seed=0).defects[0]["kind"]
        'cut_paste_scar'
    """

    kind: ClassVar[str] = "cut_paste_scar"

    def __init__(
        self,
        *,
        source: SourceLike = None,
        length_range: Pair = (10 / 256, 25 / 256),
        width_range: Pair = (2 / 256, 16 / 256),
        angle_range: Pair = (-45.0, 45.0),
        jitter_range: Pair = (-0.1, 0.1),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=RotatedRectangle(length_range=length_range, width_range=width_range, angle_range=angle_range),
            look=OtherImage(source=source, jitter_range=jitter_range),
            blend=Blend(opacity_range=(1.0, 1.0)),
            **common,
        )

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> PaintRecipe | None:
        """Draw a strip; the pasted pixels are rotated with it."""
        recipe = super().recipe(rng, scene, seed)
        if (
            recipe is None
            or not isinstance(recipe.shape, DrawnRectangle)
            or not isinstance(recipe.look, DrawnOtherImage)
        ):
            return recipe
        return replace(recipe, look=replace(recipe.look, turn=recipe.shape.turn))
