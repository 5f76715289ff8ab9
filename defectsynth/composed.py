"""The two free transforms: any where x shape x look x blend painted, or any displacement field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from defectsynth.blends import Blend
from defectsynth.displacement import Field, Push
from defectsynth.looks import Color, Look
from defectsynth.recipes import PaintRecipe, WarpRecipe
from defectsynth.scene import Scene
from defectsynth.shapes import Shape
from defectsynth.spots import Spots
from defectsynth.transform import Common, DefectTransform, as_part
from defectsynth.values import Part

if TYPE_CHECKING:
    from typing_extensions import Unpack


class PaintedDefect(DefectTransform):
    """A defect of your own, painted: put together from where, shape, look and blend.

    Lands where `where` says and stays on the object if that is where it lands. The mask marks what really changed.

    Args:
        shape: the alpha layer, for example `Strokes()` or `Spots()`.
        look: the pixels, for example `Color()`, `Shade()`, `Noise()` or `Elsewhere()`.
        blend: how the two are combined with the surface.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Noise, PaintedDefect, Spots, synthesize
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
        self.shape: Shape = as_part(shape, Shape, "shape")
        self.look: Look = as_part(look, Look, "look")
        self.blend: Blend = as_part(blend, Blend, "blend")

    @property
    def parts(self) -> tuple[Part, ...]:
        """Shape, look, blend and where."""
        return self.shape, self.look, self.blend, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> PaintRecipe | None:
        """Draw a place, a shape, a look and a blend."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        return self.recipe_type(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            shape=self.shape.sample(rng, scene, place),
            look=self.look.sample(rng, scene, place),
            blend=self.blend.sample(rng, scene, self.severity),
            clip=self.where.foreground if self.where.clips else "",
        )


class WarpedDefect(DefectTransform):
    """A defect of your own, geometric: what is there is moved by a displacement field, nothing is painted.

    The mask marks what really changed, which on plain ground is much less than what moved.

    Args:
        field: the displacement.
        common: see `DefectTransform`; `where` is the edge unless given.
    """

    kind: ClassVar[str] = "warped_defect"

    def __init__(self, *, field: Field | dict[str, Any] = Push(), **common: Unpack[Common]) -> None:
        common.setdefault("where", "edge")
        super().__init__(**common)
        self.field: Field = as_part(field, Field, "field")

    @property
    def parts(self) -> tuple[Part, ...]:
        """Field and where."""
        return self.field, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> WarpRecipe | None:
        """Draw a place and a displacement."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        return WarpRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            field=self.field.sample(rng, scene, place, self.severity),
        )
