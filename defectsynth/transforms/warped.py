"""Geometric defects: displacement fields, with or without shading of the displaced surface."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from defectsynth.core.parameters import Component, Pair, between, span, visible_share
from defectsynth.engine.transform import Common, DefectTransform, as_component
from defectsynth.fields.base import DrawnField, Field
from defectsynth.fields.push import DrawnPush, Push
from defectsynth.fields.shading import HumpShading, SurfaceShading
from defectsynth.fields.swelling import DrawnSwelling
from defectsynth.recipes.warp import ReliefRecipe, WarpRecipe
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack


class WarpedDefect(DefectTransform):
    """A custom geometric defect: pixels are moved by any displacement field, nothing is painted.

    Lands on the object's outline by default. The mask marks the visibly changed pixels. On plain ground these are far
    fewer than the displaced pixels.

    ![warped_defect](tests/golden/warped_defect.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        field: displacement field, for example `Push()` or `Swelling()`.
        common: see `DefectTransform`; `where` defaults to "edge".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import WarpedDefect, synthesize
        >>> from defectsynth.fields import Swelling
        >>> part = np.full((128, 128), 30, np.uint8)
        >>> part[40:90, 30:100] = 200
        >>> sample = synthesize(part, WarpedDefect(field=Swelling(direction="out")), seed=2)
        >>> int((sample.image > 115).sum()) > int((part > 115).sum())
        True
    """

    kind: ClassVar[str] = "warped_defect"

    def __init__(self, *, field: Field | dict[str, Any] = Push(), **common: Unpack[Common]) -> None:
        common.setdefault("where", "edge")
        super().__init__(**common)
        self.field: Field = as_component(field, Field, "field")

    @property
    def components(self) -> tuple[Component, ...]:
        """The field and where components."""
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


@dataclass(frozen=True)
class Shading(Component):
    """Strength of the shading of a displaced surface.

    Args:
        contrast_range: greatest change of brightness, in [0, 1].
        crease_range: share of the slope that is gathered at creases, in [0, 1].
    """

    contrast_range: Pair = span((0.08, 0.25), 0.0, 1.0, "greatest change of brightness")
    crease_range: Pair = span((0.0, 0.6), 0.0, 1.0, "share of the slope at creases")


class ReliefDefect(WarpedDefect):
    """Base of displacements with shading.

    Args:
        field: displacement field.
        shading: strength of the shading.
        hollow: True shades a hollow, False a hump.
        common: see `DefectTransform`; `where` defaults to "edge".
    """

    def __init__(self, field: Field, shading: Shading, *, hollow: bool, **common: Unpack[Common]) -> None:
        super().__init__(field=field, **common)
        self.shading, self.hollow = shading, hollow

    @property
    def components(self) -> tuple[Component, ...]:
        """The field, shading and where components."""
        return self.field, self.shading, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> ReliefRecipe | None:
        """Draw a place, a displacement and its shading."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        field = self.field.sample(rng, scene, place, self.severity)
        relief = self.relief(field, rng, scene)
        if relief is None:
            return None
        return ReliefRecipe(kind=self.kind, severity=self.severity, seed=seed, field=field, relief=relief)

    def relief(self, field: DrawnField, rng: np.random.Generator, scene: Scene) -> SurfaceShading | None:
        """Draw the shading of a displacement, None if the field does not act on an ellipse."""
        if not isinstance(field, (DrawnSwelling, DrawnPush)):
            return None
        contrast, crease, phase = rng.random(3).tolist()
        strength = between(self.shading.contrast_range, contrast) * visible_share(self.severity)
        return HumpShading(
            x=field.x,
            y=field.y,
            angle=field.angle,
            along=field.along,
            across=field.across,
            contrast=-strength if self.hollow else strength,
            light=scene.light,
            sharpness=between(self.shading.crease_range, crease),
            phase=2 * math.pi * phase,
            method=self.shaded_object,
        )

    @property
    def shaded_object(self) -> str:
        """Foreground method for the object that the shading is clipped to; empty does not clip."""
        return self.where.clip_method
