"""Natural synthetic anomalies: patches blended in without a seam."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.blending.blend import Blend
from defectsynth.core.layer import Box
from defectsynth.core.parameters import Pair
from defectsynth.looks.other_image import OtherImage
from defectsynth.places.base import OnObject
from defectsynth.recipes.paint import PaintRecipe
from defectsynth.scene.scene import Scene
from defectsynth.shapes.rectangle import DrawnRectangle, GammaRectangle
from defectsynth.transforms.painted import PastedDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common
    from defectsynth.io.sources import SourceLike


MIN_OBJECT_SHARE = 0.25  # share of a rectangle that must lie on the object
MAX_RETRIES = 4  # further places tried if the first covers too little of the object


class NaturalSynthetic(PastedDefect):
    """A natural synthetic anomaly: a patch from elsewhere, blended in without a seam.

    Lands anywhere by default; placed on the object, it is clipped to it, and up to five places are tried until a
    quarter of the patch covers it. Mostly small, sometimes large, and slightly enlarged or reduced. The patch keeps its
    gradients and takes its colours from its surroundings. The mask marks the visibly changed pixels.
    `mask_kind="intensity"` gives labels in proportion to the change.

    ![natural_synthetic](tests/golden/natural_synthetic.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        source: folder, image file, list of files or arrays, or callable (checked when made); None is the image itself.
        size_range: smallest and largest side, in [0, 2], fraction of min(H, W).
        spread: scale of the gamma distribution of the sides, in [0, 1], fraction of min(H, W).
        zoom_range: magnification of the patch, in [0.1, 10].
        position: position that the patch is taken from: random; object, around a random point on the object in the
            source; same, the position of the defect.
        mode: poisson, the gradients of the patch; poisson_mixed, the stronger gradients of patch and surface; alpha,
            multiply and screen blend with a seam.
        common: see `DefectTransform`.

    References:
        Schlueter, Hu, Zhao, Schnabel, Kainz, "Natural synthetic anomalies for self-supervised anomaly detection and
        localization", ECCV 2022: the same sizes and enlargements for objects. The gamma-distributed size is that of the
        patch before it is enlarged in the paper, and after it here. Here the mask marks what changed, and a later patch
        removes nothing from the mask of an earlier one. Intensity labels are the change itself; logistic labels use one
        curve, where the paper has constants for each category.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import NaturalSynthetic, synthesize
        >>> y, x = np.mgrid[:96, :96]
        >>> surface = (120 + 60 * np.sin(x / 5.0) * np.sin(y / 11.0)).astype(np.uint8)
        >>> synthesize(surface, NaturalSynthetic(), seed=0).defects[0]["kind"]
        'natural_synthetic'
    """

    kind: ClassVar[str] = "natural_synthetic"

    def __init__(
        self,
        *,
        source: SourceLike = None,
        size_range: Pair = (0.06, 0.8),
        spread: float = 0.1,
        zoom_range: Pair = (0.7, 1.3),
        position: str = "random",
        mode: str = "poisson",
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=GammaRectangle(size_range=size_range, spread=spread),
            look=OtherImage(source=source, position=position, zoom_range=zoom_range),
            blend=Blend(mode=mode, opacity_range=(1.0, 1.0)),
            **common,
        )

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> PaintRecipe | None:
        """Draw a patch; placed on the object, draw it again while too little of it covers the object."""
        recipe = super().recipe(rng, scene, seed)
        if not isinstance(self.where, OnObject):
            return recipe
        for _ in range(MAX_RETRIES):
            if recipe is None or _object_share(recipe, scene) >= MIN_OBJECT_SHARE:
                break
            recipe = super().recipe(rng, scene, seed)
        return recipe


def _object_share(recipe: PaintRecipe, scene: Scene) -> float:
    """Return the share of the rectangle that lies on the object, estimated on the grid of the foreground."""
    foreground, shape = scene.foreground(recipe.clip or "auto"), recipe.shape
    if foreground.whole or not isinstance(shape, DrawnRectangle):
        return 1.0
    (cell_width, cell_height), (rows, columns) = foreground.step, foreground.cells.shape
    left, right = (int((shape.x + side * shape.width / 2) / cell_width) for side in (-1, 1))
    top, bottom = (int((shape.y + side * shape.height / 2) / cell_height) for side in (-1, 1))
    box = Box(max(left, 0), max(top, 0), min(right, columns - 1) + 1, min(bottom, rows - 1) + 1)
    return float(foreground.cells[box.slices].mean()) / 255.0
