"""Inserts swapped or missing, such as the insulated wires of a cable."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.core.parameters import (
    FRACTION,
    Component,
    IntPair,
    Pair,
    between,
    choices,
    count,
    radians_between,
    span,
    visible_share,
    whole_between,
)
from defectsynth.engine.transform import DefectTransform
from defectsynth.places.base import Anywhere
from defectsynth.recipes.inserts import CavityRecipe, Ellipse, InsertSwapRecipe
from defectsynth.scene.inserts import find_inserts
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common

EXCHANGE, COPY = "exchange", "copy"
GROWTH = 1.03  # of an insert, to cover its blurred outline
INSET = 0.94  # of a grown insert that is copied, to leave out what lies beside it


@dataclass(frozen=True)
class InsertSwap(Component):
    """Change of places.

    Args:
        swaps: exchange (two inserts change places), copy (one is drawn in the place of the other), of which each draw
            takes one.
        turn_range: angle by which an insert is turned, in [-360, 360], degrees.
        radius_range: radius of a disc where the object has no inserts, in [0.01, 0.5], fraction of min(H, W).
    """

    swaps: tuple[str, ...] = choices((EXCHANGE, COPY), EXCHANGE, COPY)
    turn_range: Pair = span((-180.0, 180.0), -360.0, 360.0, "degrees")
    radius_range: Pair = span((0.06, 0.12), 0.01, 0.5, FRACTION)


@dataclass(frozen=True)
class InsertGap(Component):
    """Removal of inserts.

    Args:
        inserts_range: number of inserts, in [1, 16].
        level_range: brightness of the cavity, in [0, 1].
        radius_range: radius of a disc where the object has no inserts, in [0.01, 0.5], fraction of min(H, W).
    """

    inserts_range: IntPair = count((1, 2), 1, 16, "inserts")
    level_range: Pair = span((0.02, 0.08), 0.0, 1.0, "brightness")
    radius_range: Pair = span((0.06, 0.12), 0.01, 0.5, FRACTION)


class SwappedInserts(DefectTransform):
    """Swapped inserts: two wires of a cable, two lenses or two plugs sit in each other's place, or one appears twice.

    Takes the insert nearest to a place on the object unless `where` says otherwise, and another one. An insert is a
    compact body of one colour with a detailed core. Each is drawn whole in the place of the other, with its own colour
    and texture, turned and fitted to it. An object without inserts exchanges two discs of the image. The mask marks
    the changed pixels at both places.

    ![swapped_inserts](tests/golden/swapped_inserts.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        swaps: exchange (two inserts change places), copy (one is drawn in the place of the other), of which each draw
            takes one.
        turn_range: angle by which an insert is turned, in [-360, 360], degrees.
        radius_range: radius of a disc where the object has no inserts, in [0.01, 0.5], fraction of min(H, W).
        common: see `DefectTransform`; `where` defaults to "object".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import SwappedInserts, synthesize
        >>> part = np.full((128, 128), 220, np.uint8)
        >>> part[40:90, 30:80] = 60
        >>> sample = synthesize(part, SwappedInserts(), seed=0)
        >>> bool((sample.image != part).any())
        True
    """

    kind: ClassVar[str] = "swapped_inserts"

    def __init__(
        self,
        *,
        swaps: tuple[str, ...] = (EXCHANGE, COPY),
        turn_range: Pair = (-180.0, 180.0),
        radius_range: Pair = (0.06, 0.12),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "object")
        super().__init__(**common)
        self.swap = InsertSwap(swaps=swaps, turn_range=turn_range, radius_range=radius_range)

    @property
    def components(self) -> tuple[Component, ...]:
        """The swap and where components."""
        return self.swap, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> InsertSwapRecipe | None:
        """Draw a place, the insert near it, another one and the kind of swap."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        kind, which, size, first, second = rng.random(5).tolist()
        inserts = nearest_inserts(scene, place, self.where.foreground)
        if len(inserts) > 1:
            one, other = inserts[0], inserts[1 + int(which * (len(inserts) - 1))]
        else:
            elsewhere = Anywhere().sample(rng, scene)
            if elsewhere is None:
                return None
            radius = max(between(self.swap.radius_range, size) * scene.side, 1.0)
            one, other = (Ellipse(each.x, each.y, radius, radius, 0.0) for each in (place, elsewhere))
        turns = tuple(radians_between(self.swap.turn_range, share) for share in (first, second))
        copied = self.swap.swaps[int(kind * len(self.swap.swaps))] == COPY
        return InsertSwapRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            sources=tuple(each.scaled(INSET) for each in ((other,) if copied else (other, one))),
            targets=(one,) if copied else (one, other),
            turns=turns[:1] if copied else turns,
            opacity=visible_share(self.severity),
        )


class MissingInsert(DefectTransform):
    """A missing insert: a wire of a cable, a plug or a lens is gone and leaves a dark cavity.

    Takes the inserts nearest to a place on the object unless `where` says otherwise. An insert is a compact body of
    one colour with a detailed core. The cavity has its outline, is nearly black and faintly lit on one side (one light
    direction per image). An object without inserts gets a disc. The mask marks the cavities.

    ![missing_insert](tests/golden/missing_insert.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        inserts_range: number of inserts, in [1, 16].
        level_range: brightness of the cavity, in [0, 1].
        radius_range: radius of a disc where the object has no inserts, in [0.01, 0.5], fraction of min(H, W).
        common: see `DefectTransform`; `where` defaults to "object".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import MissingInsert, synthesize
        >>> sample = synthesize(np.full((96, 96), 150, np.uint8), MissingInsert(), seed=0)
        >>> bool((sample.image[sample.mask > 0] < 150).all())
        True
    """

    kind: ClassVar[str] = "missing_insert"

    def __init__(
        self,
        *,
        inserts_range: IntPair = (1, 2),
        level_range: Pair = (0.02, 0.08),
        radius_range: Pair = (0.06, 0.12),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "object")
        super().__init__(**common)
        self.gap = InsertGap(inserts_range=inserts_range, level_range=level_range, radius_range=radius_range)

    @property
    def components(self) -> tuple[Component, ...]:
        """The gap and where components."""
        return self.gap, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> CavityRecipe | None:
        """Draw a place, and the inserts near it that are missing."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        number, level, size = rng.random(3).tolist()
        inserts = nearest_inserts(scene, place, self.where.foreground)
        if not inserts:
            radius = max(between(self.gap.radius_range, size) * scene.side, 1.0)
            inserts = (Ellipse(place.x, place.y, radius, radius, 0.0),)
        return CavityRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            cavities=inserts[: whole_between(self.gap.inserts_range, number)],
            level=between(self.gap.level_range, level),
            opacity=visible_share(self.severity),
            light=scene.light,
        )


def nearest_inserts(scene: Scene, place: Place, method: str) -> tuple[Ellipse, ...]:
    """Return the inserts of the object with their blurred outlines, the nearest to a place first."""
    found = find_inserts(scene.foreground(method))
    ordered = sorted(found, key=lambda insert: math.hypot(insert.x - place.x, insert.y - place.y))
    return tuple(Ellipse(each.x, each.y, GROWTH * each.along, GROWTH * each.across, each.angle) for each in ordered)
