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


LEAST_OBJECT = 0.25  # share of a rectangle that must be object, where it is laid
TRIES = 4  # places tried


class NaturalSynthetic(PastedDefect):
    """A natural synthetic anomaly: a patch from elsewhere, blended in without a seam, as if it had grown there.

    Lands anywhere unless `where` says otherwise; on the object at least a quarter of it lies on the object, and it ends
    at the object's edge. Mostly small, now and then large, enlarged or reduced a little. Its gradients are kept and its
    colours follow from what is around it. The mask marks what changed; `mask_kind="intensity"` gives labels as soft as
    the change.

    ![natural_synthetic](tests/golden/natural_synthetic.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        source: folder, image file, list of files or arrays, or callable; None is the picture itself.
        size_range: least and greatest side, in [0, 2], fraction of min(H, W).
        spread: scale of the gamma law of the sides, in [0, 1], fraction of min(H, W).
        zoom_range: enlargement of what is cut out, in [0.1, 10].
        position: where it is cut out: random; object, around a point on the object there; same, where it is laid.
        mode: poisson, the gradients of the patch; poisson_mixed, the stronger ones of patch and surface; alpha,
            multiply and screen blend with a seam.
        common: see `DefectTransform`.

    References:
        Schlueter, Hu, Zhao, Schnabel, Kainz, "Natural synthetic anomalies for self-supervised anomaly detection and
        localization", ECCV 2022: the same sizes and enlargements for objects. There the patch has the gamma size
        before it is enlarged, ours after. Its mask is what really changed, a later patch takes nothing from an earlier
        one's mask; intensity labels are the change itself, logistic ones have one curve for everything, where the paper
        has constants for each category.

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
        """Draw a patch; on the object until enough of it is object, or the last one tried."""
        recipe = super().recipe(rng, scene, seed)
        if not isinstance(self.where, OnObject):
            return recipe
        for _ in range(TRIES):
            if recipe is None or _object_share(recipe, scene) >= LEAST_OBJECT:
                break
            recipe = super().recipe(rng, scene, seed)
        return recipe


def _object_share(recipe: PaintRecipe, scene: Scene) -> float:
    """Return how much of the rectangle is object, told from the small grid."""
    found, shape = scene.foreground(recipe.clip or "auto"), recipe.shape
    if found.whole or not isinstance(shape, DrawnRectangle):
        return 1.0
    (across, down), (rows, columns) = found.step, found.cells.shape
    left, right = (int((shape.x + side * shape.width / 2) / across) for side in (-1, 1))
    top, bottom = (int((shape.y + side * shape.height / 2) / down) for side in (-1, 1))
    box = Box(max(left, 0), max(top, 0), min(right, columns - 1) + 1, min(bottom, rows - 1) + 1)
    return float(found.cells[box.slices].mean()) / 255.0
