"""The custom painted defect: any combination of where, shape, look and blend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Component
from defectsynth.engine.transform import Common, DefectTransform, as_component
from defectsynth.looks.base import Look
from defectsynth.looks.color import Color
from defectsynth.recipes.paint import PaintRecipe, PastedRecipe
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import Shape
from defectsynth.shapes.spots import Spots

if TYPE_CHECKING:
    from typing_extensions import Unpack


class PaintedDefect(DefectTransform):
    """A custom painted defect: any combination of where, shape, look and blend.

    Lands where `where` says; placed on the object, it is clipped to it. The mask marks the visibly changed pixels.

    ![painted_defect](tests/golden/painted_defect.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        shape: alpha layer, for example `Strokes()` or `Spots()`.
        look: pixels to lay down, for example `Color()`, `Shade()`, `Noise()` or `Elsewhere()`.
        blend: combination of those pixels with the surface.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import PaintedDefect, synthesize
        >>> from defectsynth.looks import Noise
        >>> from defectsynth.shapes import Spots
        >>> rough = PaintedDefect(shape=Spots(softness_range=(0.5, 0.5)), look=Noise(), where="object")
        >>> sample = synthesize(np.full((64, 64, 3), 128, np.uint8), rough, seed=1)
        >>> sample.image.shape, sample.defects[0]["kind"]
        ((64, 64, 3), 'painted_defect')
    """

    kind: ClassVar[str] = "painted_defect"
    recipe_type: ClassVar[type[PaintRecipe]] = PaintRecipe

    def __init__(
        self,
        *,
        shape: Shape | dict[str, Any] = Spots(),
        look: Look | dict[str, Any] = Color(),
        blend: Blend | dict[str, Any] = Blend(),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self.shape: Shape = as_component(shape, Shape, "shape")
        self.look: Look = as_component(look, Look, "look")
        self.blend: Blend = as_component(blend, Blend, "blend")

    @property
    def components(self) -> tuple[Component, ...]:
        """The shape, look, blend and where components."""
        return self.shape, self.look, self.blend, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> PaintRecipe | None:
        """Draw a place, a shape, a look and a blend."""
        place = self.place(rng, scene)
        if place is None:
            return None
        return self.recipe_type(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            shape=self.shape.sample(rng, scene, place),
            look=self.look.sample(rng, scene, place),
            blend=self.blend.sample(rng, scene, self.severity),
            clip=self.where.clip_method,
        )

    def place(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Draw a place, or return None if there is none."""
        return self.where.sample(rng, scene)


class PastedDefect(PaintedDefect):
    """Base of pasted defects: a `PaintedDefect` that draws a `PastedRecipe`."""

    recipe_type = PastedRecipe
