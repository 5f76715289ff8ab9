"""Base of the transforms that remove, move or copy a part of the object."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defectsynth.core.parameters import Component, Pair, between, radians_between, span
from defectsynth.engine.transform import DefectTransform
from defectsynth.parts.inpainting import sample_gap
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.placement import PartPlacement
from defectsynth.parts.selection import PartSelection
from defectsynth.recipes.part import PartRecipe
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common

PartChange = tuple[tuple[ObjectPart, ...], tuple[PartPlacement, ...]]  # parts to remove, and placements to draw


@dataclass(frozen=True)
class Motion(Component):
    """Distance and angle by which a part is moved.

    Args:
        distance_range: in [0, 1], fraction of min(H, W).
        angle_range: to either side, in [0, 360], degrees.
    """

    distance_range: Pair = span((0.0, 0.0), 0.0, 1.0, "fraction of min(H, W)")
    angle_range: Pair = span((0.0, 0.0), 0.0, 360.0, "degrees, to either side")

    def sample(self, rng: np.random.Generator, scene: Scene, part: ObjectPart, share: float) -> PartPlacement:
        """Draw a share of the motion of a part: a lead turns about its root, any other part about its centre."""
        direction, distance, side, angle = rng.random(4).tolist()
        reach = between(self.distance_range, distance) * scene.side * share
        turn = radians_between(self.angle_range, angle) * share
        pivot = part.root if part.kind == "lead" else part.centre
        return PartPlacement(
            part,
            *pivot,
            dx=reach * math.cos(2 * math.pi * direction),
            dy=reach * math.sin(2 * math.pi * direction),
            angle=turn if side < 0.5 else -turn,
        )


class PartDefect(DefectTransform):
    """Base of the defects that remove a part, move it or copy it.

    Args:
        selection: kinds of parts.
        motion: distance and angle by which they are moved.
        common: see `DefectTransform`; `where` is the object unless given: the part nearest to a place on it is taken.
    """

    def __init__(self, selection: PartSelection, motion: Motion | None = None, **common: Unpack[Common]) -> None:
        common.setdefault("where", "object")
        super().__init__(**common)
        self.selection, self.motion = selection, motion or Motion()

    @property
    def components(self) -> tuple[Component, ...]:
        """Selection, motion and where."""
        return self.selection, self.motion, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> PartRecipe | None:
        """Draw a place, the change of the part near it and the patches that fill its gap."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        change = self.change(rng, scene, place)
        if change is None:
            return None
        gone, placements = change
        copied = [placement.part for placement in placements if placement.part not in gone]
        gaps = tuple(sample_gap(rng, scene, part, stays=part in copied) for part in (*gone, *copied))
        return PartRecipe(kind=self.kind, severity=self.severity, seed=seed, gaps=gaps, placements=placements)

    @abstractmethod
    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> PartChange | None:
        """Draw the parts to remove and the placements to draw, None if there is no suitable part."""
