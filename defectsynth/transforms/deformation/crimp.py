"""Crimped parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.core.parameters import Pair, between, visible_share
from defectsynth.fields.base import DrawnField
from defectsynth.fields.crimping import DIRECTIONS, CreaseShading, Crimping, DrawnCrimping
from defectsynth.transforms.warped import ReliefDefect, Shading

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common
    from defectsynth.scene.scene import Scene


class Crimp(ReliefDefect):
    """A crimped part: pressed flat between two edges, with straight flanks and a sharp fold between them.

    Lands on the object's outline by default. Both sides of a narrow part move towards the axis between them (in), or
    away from it as if pressed flat from above (out); of a wide part only the near side moves. The displacement never
    folds over itself. Flat facets meet in creases and catch the light (one light direction per image). The mask marks
    the visibly changed pixels, including the strips between the old and the new outline. `Squeeze` is round and soft
    instead of straight and sharp.

    ![crimp](tests/golden/crimp.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        directions: in or out, of which each draw takes one.
        amount_range: displacement of the outline, in [0, 0.7], fraction of half the part's width; outwards half of
            that.
        radius_range: length of a flank, in [0, 0.5], fraction of min(H, W).
        lean_range: difference in length between the flanks, in [-0.8, 0.8], fraction of their mean.
        contrast_range: greatest change of brightness, in [0, 1].
        crease_range: brightness of the fold line relative to the contrast, in [0, 1].
        common: see `DefectTransform`; `where` defaults to "edge".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Crimp, synthesize
        >>> part = np.full((128, 128), 30, np.uint8)
        >>> part[50:80, 20:110] = 200
        >>> sample = synthesize(part, Crimp(directions=("in",), contrast_range=(0, 0)), seed=2)
        >>> int((sample.image > 115).sum()) < int((part > 115).sum())
        True
    """

    kind: ClassVar[str] = "crimp"

    def __init__(
        self,
        *,
        directions: tuple[str, ...] = DIRECTIONS,
        amount_range: Pair = (0.15, 0.45),
        radius_range: Pair = (0.05, 0.16),
        lean_range: Pair = (-0.5, 0.5),
        contrast_range: Pair = (0.04, 0.2),
        crease_range: Pair = (0.2, 0.8),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "edge")
        field = Crimping(
            directions=directions, amount_range=amount_range, radius_range=radius_range, lean_range=lean_range
        )
        shading = Shading(contrast_range=contrast_range, crease_range=crease_range)
        super().__init__(field, shading, hollow=True, **common)

    def relief(self, field: DrawnField, rng: np.random.Generator, scene: Scene) -> CreaseShading | None:
        """Draw the shading of the facets, None if the field is no crimping."""
        if not isinstance(field, DrawnCrimping):
            return None
        contrast, crease = rng.random(2).tolist()
        strength = between(self.shading.contrast_range, contrast) * visible_share(self.severity)
        return CreaseShading(
            field=field,
            contrast=strength,
            crease=strength * between(self.shading.crease_range, crease),
            light=scene.light,
            method=self.shaded_object,
        )
