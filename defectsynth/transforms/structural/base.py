"""What the defects of parts share: a part is chosen near a place, gaps are filled, lifts laid down."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defectsynth.core.parameters import Component, Pair, span
from defectsynth.engine.transform import DefectTransform
from defectsynth.parts.inpainting import Gap
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.patch_offsets import find_patch_offsets
from defectsynth.parts.selection import PartSelection
from defectsynth.recipes.part import PartPlacement, PartRecipe
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


@dataclass(frozen=True)
class Motion(Component):
    """How far a part is moved and turned.

    Args:
        distance_range: in [0, 1], fraction of min(H, W).
        angle_range: to either side, in [0, 360], degrees.
    """

    distance_range: Pair = span((0.0, 0.0), 0.0, 1.0, "fraction of min(H, W)")
    angle_range: Pair = span((0.0, 0.0), 0.0, 360.0, "degrees, to either side")


class PartDefect(DefectTransform):
    """Base of the defects that take a part away or lay it down elsewhere.

    Args:
        selection: which parts are taken.
        motion: how far they move.
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
        """Draw a place, the part near it and what becomes of it."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        change = self.change(rng, scene, place)
        if change is None:
            return None
        gone, lifts = change
        copied = [lift.piece for lift in lifts if lift.piece not in gone]
        gaps = tuple(gap_of(rng, scene, piece, stays=piece in copied) for piece in (*gone, *copied))
        return PartRecipe(kind=self.kind, severity=self.severity, seed=seed, gaps=gaps, lifts=lifts)

    @abstractmethod
    def change(
        self, rng: np.random.Generator, scene: Scene, place: Place
    ) -> tuple[tuple[ObjectPart, ...], tuple[PartPlacement, ...]] | None:
        """Draw which parts are gone and which are laid down, None if there is no part."""


def gap_of(rng: np.random.Generator, scene: Scene, piece: ObjectPart, *, stays: bool = False) -> Gap:
    """Draw what fills the place of a part, or would if it were gone."""
    return Gap(piece, find_patch_offsets(rng, scene, piece), int(rng.integers(1 << 62)), stays)
