"""Displacements that are seen by their shading, too: the surface of a dent catches the light."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from defectsynth.core.parameters import Component, Pair, between, span, visible_share
from defectsynth.engine.transform import Common, DefectTransform, as_component
from defectsynth.fields.base import DrawnField, Field
from defectsynth.fields.push import DrawnPush, Push
from defectsynth.fields.relief import Hump, Unevenness
from defectsynth.fields.swelling import DrawnSwelling
from defectsynth.recipes.warp import ReliefRecipe, WarpRecipe
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack


class WarpedDefect(DefectTransform):
    """A defect of your own, geometric: what is there is moved by a displacement field, nothing is painted.

    The mask marks what really changed, which on plain ground is much less than what moved.

    ![warped_defect](tests/golden/warped_defect.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        field: the displacement.
        common: see `DefectTransform`; `where` is the edge unless given.
    """

    kind: ClassVar[str] = "warped_defect"

    def __init__(self, *, field: Field | dict[str, Any] = Push(), **common: Unpack[Common]) -> None:
        common.setdefault("where", "edge")
        super().__init__(**common)
        self.field: Field = as_component(field, Field, "field")

    @property
    def components(self) -> tuple[Component, ...]:
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


@dataclass(frozen=True)
class Shading(Component):
    """How strongly a displaced surface catches the light.

    Args:
        contrast_range: greatest change of brightness, in [0, 1].
        crease_range: how much of the slope is gathered at creases, in [0, 1].
    """

    contrast_range: Pair = span((0.08, 0.25), 0.0, 1.0, "greatest change of brightness")
    crease_range: Pair = span((0.0, 0.6), 0.0, 1.0, "share of the slope at creases")


class ReliefDefect(WarpedDefect):
    """Base of the displacements with shading.

    Args:
        field: the displacement.
        shading: how strongly it catches the light.
        hollow: whether it goes in; else it stands out.
        common: see `DefectTransform`.
    """

    def __init__(self, field: Field, shading: Shading, *, hollow: bool, **common: Unpack[Common]) -> None:
        super().__init__(field=field, **common)
        self.shading, self.hollow = shading, hollow

    @property
    def components(self) -> tuple[Component, ...]:
        """Field, shading and where."""
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

    def relief(self, field: DrawnField, rng: np.random.Generator, scene: Scene) -> Unevenness | None:
        """Draw how a displacement catches the light; None if it has no shape for that."""
        if not isinstance(field, (DrawnSwelling, DrawnPush)):
            return None
        contrast, crease, phase = rng.random(3).tolist()
        strength = between(self.shading.contrast_range, contrast) * visible_share(self.severity)
        return Hump(
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
        """How the object is found that is shaded; empty shades all."""
        return self.where.foreground if self.where.clips else ""
